import type { Detector } from "../detector.js";
import type { Validator } from "../validators/index.js";

/** A rule that was not taken over. */
export interface RefusedRule {
  /** Its name in the file. */
  readonly rule: string;
  /** Why, and what the user can do. */
  readonly reason: string;
}

/** What became of a foreign rule file. */
export interface ImportedRules {
  readonly detectors: readonly Detector[];
  /** Validators that the detectors name besides the built-in ones (allow-lists). */
  readonly validators: ReadonlyMap<string, Validator>;
  readonly refused: readonly RefusedRule[];
  /** What was rewritten or is not looked at; each names the rule. A rule is never weaker in silence. */
  readonly notes: readonly string[];
}

export interface ImportSource {
  /** Name of the file in messages. */
  readonly file: string;
}

/** Most rules in one file; an automaton of more would not fit its cache. */
export const MAX_RULES = 2000;
/** Most characters of one file. */
export const MAX_FILE_CHARS = 4 << 20;

/** `aws-access-token` becomes `AWS_ACCESS_TOKEN`; a single word gets a suffix, since markdown swallows it. */
export function entityOf(name: string, suffix: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .toUpperCase();
  if (plain === "") return suffix;
  return plain.includes("_") ? plain : `${plain}_${suffix}`;
}

/** `My Rule #1` becomes `my-rule-1`. */
export function idOf(name: string): string {
  return (
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "unnamed"
  );
}
