import { SluiceError } from "../domain/errors.js";
import { type Alphabet, buildAlphabet } from "./alphabet.js";
import { Automaton, type SimulationMode } from "./automaton.js";
import { buildContexts, type Contexts } from "./contexts.js";
import { Cursor } from "./cursor.js";
import type { Detector } from "./detector.js";
import { ENCODED_FORMS, type EncodedForm } from "./encoded.js";
import { entropyOf } from "./entropy.js";
import { readPattern } from "./expression.js";
import { type LintedRule, type LintPurpose, lintDetector } from "./lint.js";
import { compileProgram, Op, type Program } from "./program.js";
import { Stepper } from "./stepper.js";

/** Accepts or rejects the text of a candidate, with disguises taken off. */
export type Validator = (text: string) => boolean;

export interface RuleOptions {
  /** A candidate alive for so many UTF-16 units counts as a match for as long as it lives. Default 512. */
  readonly maxCandidateChars?: number;
  /** What the lazily built states may take. Default 96 MiB. */
  readonly cacheBytes?: number;
  readonly validators: ReadonlyMap<string, Validator>;
  /** Default `masking`. */
  readonly purpose?: LintPurpose;
  /** Whether to look into one layer of base64 and hex. Default true for masking. */
  readonly encoded?: boolean;
  /** For tests. */
  readonly maxStates?: number;
  /** For tests. Default `auto`. */
  readonly simulation?: SimulationMode;
}

const DEFAULT_MAX_CANDIDATE_CHARS = 512;
const DEFAULT_CACHE_BYTES = 96 << 20;
const BYTES_BESIDE_ROW = 400;
const MAX_STATES = 150_000;

/** Compiled detectors. Many cursors share one rule set; it is not for use by several threads. */
export class RuleSet {
  readonly detectors: readonly Detector[];
  readonly labels: readonly string[];
  readonly notes: readonly string[];
  readonly maxCandidateChars: number;
  readonly alphabet: Alphabet;
  readonly automaton: Automaton;
  readonly #program: Program;
  readonly #contexts: Contexts;
  readonly #validators: readonly (Validator | null)[];
  readonly #encoded: readonly EncodedForm[];
  readonly #blockNodes: Uint8Array;
  /** Place of each detector when specificity, then id, decide. */
  readonly #rank: Int32Array;

  constructor(detectors: readonly Detector[], linted: readonly LintedRule[], options: RuleOptions) {
    this.detectors = detectors;
    this.labels = linted.map((rule) => rule.label);
    this.notes = linted.flatMap((rule) => rule.notes);
    this.maxCandidateChars = options.maxCandidateChars ?? DEFAULT_MAX_CANDIDATE_CHARS;
    this.#validators = detectors.map((detector) => validatorOf(detector, options.validators));
    this.#encoded = (options.encoded ?? options.purpose !== "scanning") ? ENCODED_FORMS : [];
    this.#contexts = buildContexts(detectors);
    this.#program = programOf(detectors, linted, { contexts: this.#contexts, encoded: this.#encoded });
    this.alphabet = buildAlphabet(this.#program.sets, this.#program.assertions);
    this.#blockNodes = blockNodes(this.#program);
    this.#rank = rankOf(detectors);
    this.automaton = this.#buildAutomaton(options);
  }

  #buildAutomaton(options: RuleOptions): Automaton {
    const rules = this.detectors.length + this.#encoded.length;
    const apart = Uint8Array.from({ length: rules }, (_, rule) => (this.#isJudged(rule) ? 1 : 0));
    const groupOfRule = Int32Array.from(
      { length: rules },
      (_, rule) => this.#contexts.groupOfRule[rule] ?? -1,
    );
    const contexts = { ...this.#contexts, groupOfRule };
    const stepper = new Stepper(this.#program, this.alphabet, { contexts, apart });
    const bytes = options.cacheBytes ?? DEFAULT_CACHE_BYTES;
    const fitting = Math.floor(bytes / (this.alphabet.width * 4 + BYTES_BESIDE_ROW));
    const maxStates = options.maxStates ?? Math.min(MAX_STATES, Math.max(256, fitting));
    const limits = { maxStates, simulation: options.simulation ?? "auto" };
    return new Automaton(stepper, this.alphabet, { limits, blockNodes: this.#blockNodes });
  }

  #isJudged(rule: number): boolean {
    const detector = this.detectors[rule];
    if (detector === undefined) return true;
    return (
      detector.block === undefined && (detector.validator !== undefined || detector.minEntropy !== undefined)
    );
  }

  cursor(): Cursor {
    return new Cursor(this.automaton, this.#contexts);
  }

  /** The detectors, by index, that the items of a state belong to. */
  rulesOf(items: Int32Array): readonly number[] {
    const rules = new Set<number>();
    for (const item of items) {
      const rule = this.#program.rule[item] ?? -1;
      if (rule >= 0 && rule < this.detectors.length) rules.add(rule);
    }
    return [...rules];
  }

  /** The detectors, by index, whose block has begun in a state with these items. */
  blocksOf(items: Int32Array): readonly number[] {
    return this.rulesOf(items.filter((item) => this.#blockNodes[item] === 1));
  }

  /** Whether `judge` may refuse a span of the rule, so that its text must be at hand. */
  isJudged(rule: number): boolean {
    return this.#isJudged(rule);
  }

  /**
   * Decides over a candidate whose text, free of disguises, is `text`.
   * @returns index of the detector that it is to be labelled by, or -1 when it is refused.
   */
  judge(rule: number, text: string): number {
    const detector = this.detectors[rule];
    if (detector === undefined) return this.#lookInto(this.#encoded[rule - this.detectors.length], text);
    if (detector.minEntropy !== undefined && entropyOf(text) < detector.minEntropy) return -1;
    const validator = this.#validators[rule] ?? null;
    return validator === null || validator(text) ? rule : -1;
  }

  #lookInto(form: EncodedForm | undefined, run: string): number {
    if (form === undefined) return -1;
    const text = form.decode(run);
    let best = -1;
    this.scan(text, (start, end, code) => {
      const rule = code >> 2;
      if (rule >= this.detectors.length || this.detectors[rule]?.wholeTextOnly === true) return;
      const found = this.judge(rule, text.slice(start, end));
      if (found >= 0 && (best < 0 || this.compare(found, best) < 0)) best = found;
    });
    return best;
  }

  /** Reads a short text from edge to edge, in its plain reading only. */
  scan(text: string, span: (start: number, end: number, code: number) => void): void {
    const cursor = this.cursor();
    const sink = { span };
    for (let index = 0; index < text.length; index++) {
      cursor.take(this.alphabet.classOf(text.charCodeAt(index)), index, index + 1, sink);
    }
    cursor.take(this.alphabet.edge, text.length, text.length, sink);
  }

  /** Negative when detector `a` gives the better label, its span being as long and as early. */
  compare(a: number, b: number): number {
    return (this.#rank[a] ?? 0) - (this.#rank[b] ?? 0);
  }

  specificity(rule: number): number {
    return this.detectors[rule]?.specificity ?? 0;
  }
}

/**
 * Compiles detectors into one automaton.
 * @throws SluiceError `invalid_config` that names the detector and the reason.
 */
export function compileRules(detectors: readonly Detector[], options: RuleOptions): RuleSet {
  const ids = new Set<string>();
  for (const { id } of detectors) {
    if (ids.has(id)) throw new SluiceError("invalid_config", `detector ${id}: two detectors have this id.`);
    ids.add(id);
  }
  const linted = detectors.map((detector) => lintDetector(detector, options.purpose ?? "masking"));
  return new RuleSet(detectors, linted, options);
}

function validatorOf(detector: Detector, validators: ReadonlyMap<string, Validator>): Validator | null {
  if (detector.validator === undefined) return null;
  const validator = validators.get(detector.validator);
  if (validator !== undefined) return validator;
  throw new SluiceError(
    "invalid_config",
    `detector ${detector.id}: no validator is called ${detector.validator}; known: ${[...validators.keys()].join(", ")}.`,
  );
}

function programOf(
  detectors: readonly Detector[],
  linted: readonly LintedRule[],
  from: { readonly contexts: Contexts; readonly encoded: readonly EncodedForm[] },
): Program {
  const rules = linted.map((rule, index) => ({
    owner: `detector ${detectors[index]?.id ?? ""}`,
    expression: rule.expression,
    end: rule.end,
  }));
  const encoded = from.encoded.map((form) => ({
    owner: form.id,
    expression: readPattern(form.pattern, { ignoreCase: false, owner: form.id }),
    end: null,
  }));
  return compileProgram([...rules, ...encoded], from.contexts.words);
}

function rankOf(detectors: readonly Detector[]): Int32Array {
  const order = detectors
    .map((detector, index) => ({ detector, index }))
    .sort(
      (a, b) => b.detector.specificity - a.detector.specificity || (a.detector.id < b.detector.id ? -1 : 1),
    );
  const rank = new Int32Array(detectors.length);
  order.forEach(({ index }, place) => {
    rank[index] = place;
  });
  return rank;
}

/** Marks the nodes that wait inside a block, whatever character comes. */
function blockNodes(program: Program): Uint8Array {
  const marks = new Uint8Array(program.op.length);
  program.op.forEach((op, node) => {
    if (op !== Op.open) return;
    const loop = program.a[node] ?? 0;
    marks[program.a[loop] ?? 0] = 1;
  });
  return marks;
}
