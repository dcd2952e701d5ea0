import { readFileSync } from "node:fs";
import { type LoadedDetectors, loadDetectors } from "../../compose/detectors.js";
import { policySource, surfaces } from "../../compose/policies.js";
import { type Config, loadConfig } from "../../config/load.js";
import {
  type Fields,
  list,
  text as prose,
  readDocument,
  record,
  required,
  type Shape,
} from "../../documents/index.js";
import { SluiceError } from "../../domain/errors.js";
import { systemClock } from "../../domain/time.js";
import { RuleCatalogue } from "../../patterns/catalogue.js";
import { builtInDetectors } from "../../patterns/detectors/index.js";
import { validators } from "../../patterns/validators/index.js";
import { loadPolicies, type PolicySource } from "../../policy/load-policies.js";
import { PatternScanner } from "../../policy/pattern-scanner.js";
import { Pdp } from "../../policy/pdp.js";
import type { PolicySet } from "../../policy/policy-set.js";
import { WorkerTokenCounter } from "../../policy/tokens/worker-token-counter.js";

const MAX_CHARS = 8 << 20;

/**
 * Reads policies as the gateway would, without one. With a configuration, its connections, detectors and
 * issuers are what policies may name; without, whatever connections a file names are taken as written.
 */
export class Workbench {
  readonly #config: Config | null;
  readonly #loaded: LoadedDetectors;
  readonly #scanner: PatternScanner;

  constructor(configFile: string | undefined) {
    this.#config = configFile === undefined ? null : loadConfig(configFile);
    this.#loaded =
      this.#config === null
        ? { detectors: builtInDetectors, validators, notes: [] }
        : loadDetectors(this.#config);
    const maxCandidateChars = this.#config?.written.masking.maxCandidateChars;
    this.#scanner = new PatternScanner(
      new RuleCatalogue(this.#loaded.detectors, {
        validators: this.#loaded.validators,
        ...(maxCandidateChars === undefined ? {} : { maxCandidateChars }),
      }),
    );
  }

  get detectors(): LoadedDetectors["detectors"] {
    return this.#loaded.detectors;
  }

  /** What was refused or rewritten in imported rules. */
  get notes(): readonly string[] {
    return this.#loaded.notes;
  }

  /** Whether connections and issuers are known, or taken as written. */
  get knowsSurroundings(): boolean {
    return this.#config !== null;
  }

  /** The configuration's own policy file. @throws SluiceError `invalid_request` without a configuration */
  fileOr(named: string | undefined): string {
    const file = named ?? this.#config?.policyFile;
    if (file !== undefined) return file;
    throw new SluiceError("invalid_request", "Name a policy file, or give --config.", { field: "<file>" });
  }

  /** @throws SluiceError `invalid_config` with every problem and its place */
  read(file: string): PolicySet {
    const text = this.text(file);
    return loadPolicies(text, this.#source(file, text));
  }

  text(file: string): string {
    try {
      return readFileSync(file, "utf8");
    } catch (cause) {
      throw new SluiceError("invalid_config", `${file}: the file cannot be read.`, {}, { cause });
    }
  }

  /** Decides by these policies; `close` ends the worker that counts tokens. */
  decider(set: PolicySet): { readonly pdp: Pdp; close(): Promise<void> } {
    const tokenizer = new WorkerTokenCounter({ clock: systemClock, onProblem: () => {} });
    const pdp = Pdp.create({
      policies: { current: set },
      scanner: this.#scanner,
      tokenizer,
      clock: systemClock,
    });
    return { pdp, close: () => tokenizer.close() };
  }

  #source(file: string, text: string): PolicySource {
    if (this.#config !== null) {
      const { policyFile, policiesInline } = this.#config;
      // A file of one's own is read whole; the configuration only where its policies stand.
      const embedded = policiesInline && file === policyFile;
      return { ...policySource(this.#config, this.#loaded.detectors, this.#scanner), file, embedded };
    }
    return {
      file,
      asWritten: true,
      connections: namedConnections(text, file).map((name) => ({ name, models: ["*"], dialect: "openai" })),
      detectors: this.#loaded.detectors.map(({ id, entity }) => ({ id, entity })),
      surfaces: surfaces(),
      lint: (rule) => this.#scanner.problems(rule),
    };
  }
}

/** Passes over the keys that it does not know. */
function among<F extends Fields>(fields: F) {
  const whole = record(fields, "a map");
  type Read = typeof whole extends Shape<infer T> ? T : never;
  const shape: Shape<Read> = { ...whole, read: (node) => whole.read(node.only(Object.keys(fields))) };
  return shape;
}

const connectionsOnly = among({
  policies: required(list(among({ connections: required(list(prose()), "Names.") })), "Policies."),
});

/** Of a file in which something is wrong nothing is taken; the reader that follows says what. */
function namedConnections(text: string, file: string): readonly string[] {
  try {
    const { policies } = readDocument(text, { file, maxLength: MAX_CHARS }, connectionsOnly);
    return [...new Set(policies.flatMap(({ connections }) => connections))];
  } catch {
    return [];
  }
}
