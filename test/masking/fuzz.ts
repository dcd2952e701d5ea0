import type { OperatorSpec } from "../../src/domain/obligation.js";
import { Masking } from "../../src/masking/masking.js";
import type { MaskingPlan } from "../../src/masking/masking-plan.js";
import { PseudonymTable } from "../../src/masking/pseudonyms.js";
import type { StreamMasker } from "../../src/masking/stream-masker.js";
import type { Detector } from "../../src/patterns/detector.js";
import type { Validator } from "../../src/patterns/rule-set.js";
import fc from "../support/seeded-check.js";
import { Oracle, type OracleRule } from "./oracle.js";

/** Cases of each property; a nightly run asks for 100000. */
export const FUZZ_CASES = Number(process.env["SLUICE_FUZZ_CASES"] ?? 150);

export const runs = (): fc.Parameters<unknown> => ({
  numRuns: FUZZ_CASES,
  includeErrorInReport: true,
});

export const SCOPE = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };

const VALIDATORS: ReadonlyMap<string, Validator> = new Map([
  ["third", (text: string) => (text.length * 7 + text.charCodeAt(0)) % 3 !== 0],
]);

export interface FuzzRules {
  readonly detectors: readonly Detector[];
  readonly limit: number;
  readonly oracle: Oracle;
  /** The plan over the cached, the tiny-cache or the simulated automaton. */
  plan(kind: EngineKind): MaskingPlan;
  toString(): string;
}

export type EngineKind = "cached" | "tiny" | "simulated" | "auto" | "rebased" | "short";
/** What the plans of kind `short` let out before its end; other plans wait for 4096 characters. */
export const SHORT_REGION = 64;

const atom = fc.constantFrom(
  "a",
  "b",
  "c",
  "-",
  "[ab]",
  "[abc]",
  "[^a]",
  "[b-c]",
  "\\w",
  "[a-c-]",
  ".",
  "@",
  "1",
);
const quantifier = fc.constantFrom("", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}");
const { body } = fc.letrec<{ body: string; choice: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 2, depthIdentifier: "p" },
    fc.tuple(atom, quantifier).map(([a, q]) => a + q),
    fc.tuple(tie("choice"), quantifier).map(([a, q]) => a + q),
  ),
  choice: fc.tuple(tie("body"), tie("body")).map(([a, b]) => `(?:${a}|${b})`),
  body: fc
    .array(tie("part"), { minLength: 1, maxLength: 3, depthIdentifier: "p" })
    .map((parts) => parts.join("")),
}));
const before = fc.constantFrom("", "", "\\b", "(?<![ab])", "(?<=-|^)", "^", "\\B");
const after = fc.constantFrom("", "", "\\b", "(?![ab])", "(?=-|$)", "$", "\\B");

const detector = fc.record({
  before,
  prefix: fc.option(body, { nil: undefined, freq: 4 }),
  body,
  after,
  validator: fc.constantFrom(undefined, undefined, "third"),
  minEntropy: fc.constantFrom(undefined, undefined, undefined, 0.9),
  context: fc.constantFrom(undefined, undefined, undefined, ["a"], ["ab", "c a"]),
  contextChars: fc.constantFrom(3, 8),
  block: fc.constantFrom(undefined, undefined, undefined, undefined, true),
  specificity: fc.constantFrom(10, 50, 90),
  ignoreCase: fc.boolean(),
  action: fc.constantFrom("mask", "mask", "mask", "observe"),
  operator: fc.constantFrom("replace", "replace", "redact", "mask"),
});

type Draft = typeof detector extends fc.Arbitrary<infer T> ? T : never;

function patternOf(draft: Draft): string {
  if (draft.block === true) return "a-";
  return draft.prefix === undefined
    ? `${draft.before}${draft.body}${draft.after}`
    : `${draft.before}${draft.prefix}(${draft.body})${draft.after}`;
}

function detectorOf(draft: Draft, index: number): Detector {
  const judged =
    draft.block === true
      ? {}
      : {
          ...(draft.validator === undefined ? {} : { validator: draft.validator }),
          ...(draft.minEntropy === undefined ? {} : { minEntropy: draft.minEntropy }),
        };
  return {
    id: `d${index}`,
    entity: `R_${index}`,
    pattern: patternOf(draft),
    ignoreCase: draft.ignoreCase,
    specificity: draft.specificity,
    ...judged,
    ...(draft.context === undefined ? {} : { context: draft.context, contextChars: draft.contextChars }),
    ...(draft.block === true ? { block: { end: "c" } } : {}),
    source: "test",
    examples: [],
    counterExamples: [],
  };
}

const OPERATORS: Readonly<Record<OracleRule["operator"], OperatorSpec>> = {
  replace: { type: "replace" },
  redact: { type: "redact" },
  mask: { type: "mask", keepLast: 0 },
};

class Rules implements FuzzRules {
  readonly detectors: readonly Detector[];
  readonly limit: number;
  readonly encoded: boolean;
  readonly oracle: Oracle;
  readonly #rules: readonly OracleRule[];
  readonly #plans = new Map<EngineKind, MaskingPlan>();

  constructor(drafts: readonly Draft[], limit: number, encoded: boolean) {
    this.limit = limit;
    this.encoded = encoded;
    this.detectors = drafts.map(detectorOf);
    this.#rules = drafts.map((draft, index) => ({
      detector: this.detectors[index] ?? detectorOf(draft, index),
      // Beyond the limit an observing candidate is not waited for, which no whole text can tell.
      action: draft.action === "observe" && limit > 400 ? "observe" : "mask",
      operator: draft.operator === "redact" || draft.operator === "mask" ? draft.operator : "replace",
    }));
    this.oracle = new Oracle(this.#rules, {
      validators: VALIDATORS,
      maxCandidateChars: limit,
      encoded,
    });
  }

  plan(kind: EngineKind): MaskingPlan {
    const known = this.#plans.get(kind);
    if (known !== undefined) return known;
    const masking = Masking.create({
      detectors: this.detectors,
      validators: VALIDATORS,
      maxCandidateChars: this.limit,
      purpose: "scanning",
      encoded: this.encoded,
      maxStates: kind === "tiny" || kind === "auto" ? 8 : 2000,
      simulation: kind === "simulated" ? "always" : kind === "auto" ? "auto" : "never",
      limits: kind === "rebased" ? { rebaseAt: 5 } : kind === "short" ? { longestRegion: SHORT_REGION } : {},
    });
    const plan = masking.plan(
      this.#rules.map((rule) => ({
        entities: [rule.detector.id],
        action: rule.action,
        operator: OPERATORS[rule.operator],
      })),
    );
    this.#plans.set(kind, plan);
    return plan;
  }

  toString(): string {
    return (
      this.limit +
      JSON.stringify(
        this.#rules.map(({ detector: d, action, operator }) => [
          d.pattern,
          d.validator,
          d.minEntropy,
          d.context,
          d.contextChars,
          d.block,
          d.specificity,
          d.ignoreCase,
          action,
          operator,
        ]),
      )
    );
  }
}

/** Rule sets that the lint for scanning accepts. */
export const ruleSets: fc.Arbitrary<FuzzRules> = fc
  .tuple(
    fc.array(detector, { minLength: 1, maxLength: 4 }),
    fc.constantFrom(512, 512, 6, 3),
    fc.constantFrom(false, false, false, false, true),
  )
  .map(([drafts, limit, encoded]) => tryRules(drafts, limit, encoded && limit > 400))
  .filter((rules): rules is Rules => rules !== null);

function tryRules(drafts: readonly Draft[], limit: number, encoded: boolean): Rules | null {
  try {
    const rules = new Rules(drafts, limit, encoded);
    rules.plan("cached");
    return rules;
  } catch {
    return null;
  }
}

const snippet = fc.constantFrom(
  ..."aaabbbccc---   A1@.\n",
  "*",
  "**",
  "_",
  "__",
  "`",
  "~~",
  "\\",
  "&",
  "%",
  "#",
  ";",
  "&#97;",
  "&#x62;",
  "&amp;",
  "&#98",
  "%61",
  "%2D",
  "\\u0061",
  "\\x62",
  "\\-",
  "\\\\u0063",
  "\\n",
  "%2561",
  "\uff41",
  "\uff0d",
  "\u200b",
  "\u00ad",
  "\u2011",
  "\u00b2",
  "\u{1d41a}",
  "\u{1f600}",
  "\ufe0f",
  "\ud83d",
  "\udc00",
  "a-b",
  "ab ",
  "c a",
  "YWEtYWItYWEtYWI=",
  "612d61622d61612d6162",
);

export const texts: fc.Arbitrary<string> = fc
  .array(snippet, { maxLength: 14 })
  .map((parts) => parts.join(""));

export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.integer({ min: 1, max: 7 }), {
  minLength: 1,
  maxLength: 8,
});

/** Feeds a text in pieces of the given lengths, over and over. */
export function stream(masker: StreamMasker, text: string, lengths: readonly number[]): string {
  let masked = "";
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    masked += masker.feed(text.slice(at, at + length));
    at += length;
  }
  return masked + masker.end();
}
