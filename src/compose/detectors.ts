import { readFileSync } from "node:fs";
import type { Config } from "../config/load.js";
import { namedSecrets } from "../config/named-secrets.js";
import { SluiceError } from "../domain/errors.js";
import type { MaskLiteral } from "../masking/mask-literal.js";
import { Masking } from "../masking/masking.js";
import { PseudonymTable } from "../masking/pseudonyms.js";
import type { Detector } from "../patterns/detector.js";
import { builtInDetectors } from "../patterns/detectors/index.js";
import { importers } from "../patterns/importers/index.js";
import { type Validator, validators } from "../patterns/validators/index.js";

export interface LoadedDetectors {
  readonly detectors: readonly Detector[];
  readonly validators: ReadonlyMap<string, Validator>;
  /** What was refused or rewritten in imported files, for the operator. */
  readonly notes: readonly string[];
}

/**
 * The built-in detectors, those of imported files, and the configuration's own.
 * @throws SluiceError `invalid_config` for a file that cannot be read, an id that stands twice, or an example
 *   that does not do what it should.
 */
export function loadDetectors(config: Config): LoadedDetectors {
  const all: Detector[] = [...builtInDetectors];
  const known = new Map(validators);
  const notes: string[] = [];
  for (const { kind, spec } of config.written.detectors.import) {
    const imported = importers.get(kind)?.(readRules(config, spec), { file: spec });
    if (imported === undefined) continue;
    all.push(...imported.detectors);
    for (const [name, validator] of imported.validators) known.set(name, validator);
    notes.push(...imported.notes.map((note) => `${spec}: ${note}`));
    notes.push(
      ...imported.refused.map(({ rule, reason }) => `${spec}: rule ${rule} was not taken over: ${reason}`),
    );
  }
  const own = config.written.detectors.custom.map(ownDetector);
  all.push(...own);
  checkIds(all, config.file);
  for (const detector of own) checkExamples(detector, { validators: known, file: config.file });
  return { detectors: all, validators: known, notes };
}

function readRules(config: Config, path: string): string {
  try {
    return readFileSync(config.path(path), "utf8");
  } catch (cause) {
    throw new SluiceError(
      "invalid_config",
      `${config.file}: detectors.import: ${path} cannot be read.`,
      {},
      { cause },
    );
  }
}

type Written = Config["written"]["detectors"]["custom"][number];

function ownDetector({
  pattern,
  example,
  counterExample,
  label,
  validator,
  context,
  ...rest
}: Written): Detector {
  return {
    ...rest,
    pattern: pattern.value,
    source: "configuration",
    examples: [example],
    counterExamples: [counterExample],
    ...(label === undefined ? {} : { label }),
    ...(validator === undefined ? {} : { validator }),
    ...(context === undefined ? {} : { context }),
  };
}

function checkIds(detectors: readonly Detector[], file: string): void {
  const seen = new Set<string>();
  for (const { id } of detectors) {
    if (seen.has(id))
      throw new SluiceError("invalid_config", `${file}: detectors: the id ${id} stands twice.`);
    seen.add(id);
  }
}

function checkExamples(
  detector: Detector,
  { validators: known, file }: { readonly validators: ReadonlyMap<string, Validator>; readonly file: string },
): void {
  const where = `${file}: detectors.custom: ${detector.id}`;
  if (detector.validator !== undefined && !known.has(detector.validator)) {
    throw new SluiceError(
      "invalid_config",
      `${where}: there is no validator ${JSON.stringify(detector.validator)}.`,
    );
  }
  const plan = Masking.create({ detectors: [detector], validators: known }).plan([
    { entities: [detector.id], action: "mask" },
  ]);
  const finds = (text: string): boolean =>
    plan.maskWhole(text, { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() }).regions.length >
    0;
  if (!detector.examples.every(finds))
    throw new SluiceError("invalid_config", `${where}: finds nothing in its example.`);
  if (detector.counterExamples.some(finds)) {
    throw new SluiceError("invalid_config", `${where}: finds something in its counter-example.`);
  }
}

/**
 * Configured credentials are always-on detectors: whatever echoes one, no answer and no record holds it.
 * @throws SluiceError `invalid_config` for a secret that is not there.
 */
export function credentialLiterals(config: Config): readonly MaskLiteral[] {
  return namedSecrets(config.written).map(({ id, secret }) => ({
    id,
    entity: "UPSTREAM_CREDENTIAL",
    value: config.secret(secret).read(),
  }));
}
