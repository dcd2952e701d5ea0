import type { Detector } from "../detector.js";
import { compileRules, type RuleSet } from "../rule-set.js";
import type { Validator } from "../validators/index.js";
import { translatePattern } from "./foreign-pattern.js";

/** What a gitleaks allow-list says of a secret. */
export interface AllowList {
  readonly regexes: readonly string[];
  readonly stopwords: readonly string[];
}

const NO_VALIDATORS: ReadonlyMap<string, Validator> = new Map();

/**
 * A validator that refuses what the lists allow. Expressions run in the same automaton as detectors do:
 * the text is of a model, and the host's own engine could be made to backtrack on it.
 * @throws UntranslatablePattern or SluiceError for an expression that cannot be run.
 */
export function refuseAllowed(lists: readonly AllowList[], name: string): Validator {
  const regexes = lists.flatMap((list) => list.regexes);
  const stopwords = lists.flatMap((list) => list.stopwords).map((word) => word.toLowerCase());
  const rules = regexes.length === 0 ? null : compileAllowed(regexes, name);
  return (text) => {
    const lower = text.toLowerCase();
    return !stopwords.some((word) => lower.includes(word)) && (rules === null || !matches(rules, text));
  };
}

function compileAllowed(regexes: readonly string[], name: string): RuleSet {
  const detectors = regexes.map(
    (regex, index): Detector => ({
      id: `allowed/${name}/${index}`,
      entity: "ALLOWED_TEXT",
      pattern: translatePattern(regex, { dialect: "go", keepGroup: 0 }),
      specificity: 0,
      source: name,
      examples: [],
      counterExamples: [],
    }),
  );
  return compileRules(detectors, {
    validators: NO_VALIDATORS,
    purpose: "scanning",
    encoded: false,
    cacheBytes: 1 << 20,
  });
}

function matches(rules: RuleSet, text: string): boolean {
  let found = false;
  rules.scan(text, () => {
    found = true;
  });
  return found;
}
