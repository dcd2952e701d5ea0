import type { PromptScan, PromptScanner, ScanRule } from "../../src/policy/scanner.js";

/** A second, naive scanner: the tests of the policy room do not depend on how the engine finds things. */
export const regExpScanner: PromptScanner = {
  problems: (rule) =>
    rule.patterns.flatMap((pattern) => {
      try {
        return new RegExp(pattern, "u").test("") ? ["the pattern matches the empty text"] : [];
      } catch {
        return [`the pattern ${JSON.stringify(pattern)} cannot be read`];
      }
    }),
  compile: (rules): PromptScan => ({
    scan: async (text, found) => {
      for (const { rule, expression } of rules.flatMap(expressions)) {
        for (const match of text.matchAll(expression)) {
          const answer = found({ rule, start: match.index, end: match.index + match[0].length });
          if (answer === "enough") return;
        }
      }
    },
  }),
};

const ENTITIES: Readonly<Record<string, string>> = {
  EMAIL_ADDRESS: "[a-z.]+@[a-z.]+",
  CREDIT_CARD: "\\b4[0-9]{15}\\b",
  US_SSN: "\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b",
};

function expressions(rule: ScanRule): readonly { readonly rule: string; readonly expression: RegExp }[] {
  const words = rule.words.map((word) => `(?<![a-z0-9])${word.replaceAll(" ", "\\s+")}(?![a-z0-9])`);
  const entities = rule.entities.map((entity) => ENTITIES[entity] ?? "(?!)");
  const flags = rule.ignoreCase ? "giu" : "gu";
  return [...rule.patterns, ...words, ...entities].map((source) => ({
    rule: rule.key,
    expression: new RegExp(source, flags),
  }));
}
