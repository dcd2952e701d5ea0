import assert from "node:assert/strict";
import { test } from "node:test";
import type { MaskAction } from "../../src/domain/obligation.js";
import type { ChannelKind, MaskingPlan } from "../../src/masking/masking-plan.js";
import { MAX_ESCAPE_CHARS } from "../../src/patterns/unescaper.js";
import fc from "../support/seeded-check.js";
import { ruleSets, runs, SCOPE, SHORT_REGION, texts } from "./fuzz.js";
import { sampleMasking } from "./sample-detectors.js";

const LIMIT = 512;
/** A pair of `\uXXXX` escapes, which is never cut. */
const JSON_ESCAPE = 12;

/**
 * The most that a masker may hold. Nothing lives longer than the candidate limit, or an undecided
 * escape, before it counts as a match or as none; before that may stand a region that reaches into
 * it, at most one short of what comes out early; half a surrogate pair may wait.
 */
function bound(limit: number, longestRegion: number, kind: ChannelKind): number {
  const live = Math.max(limit, MAX_ESCAPE_CHARS) - 1;
  return live + longestRegion - 2 + 1 + (kind === "json" ? JSON_ESCAPE : 0);
}

function mostHeld(plan: MaskingPlan, kind: ChannelKind, pieces: Iterable<string>): number {
  const masker = plan.open(kind, SCOPE);
  let most = 0;
  for (const piece of pieces) {
    masker.feed(piece);
    most = Math.max(most, masker.held);
  }
  return most;
}

function* cut(text: string, length: number): Generator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

/** The lint refuses to judge long spans that begin at every character, save for `scanning`. */
const unjudged = ruleSets.filter((rules) =>
  rules.detectors.every((each) => each.validator === undefined && each.minEntropy === undefined),
);

/** Longer texts take longer; the shorter limit shows the same. */
const plans = fc.constantFrom<"short" | "cached">(...Array<"short">(15).fill("short"), "cached");

test("holds no more text than its bound, whatever the rules", () => {
  const kinds = fc.constantFrom<ChannelKind>("text", "json");
  fc.assert(
    fc.property(unjudged, plans, texts, texts, kinds, (rules, engine, head, unit, kind) => {
      const most = bound(rules.limit, engine === "short" ? SHORT_REGION : 4096, kind);
      const text = head + unit.repeat(Math.ceil((most + 200) / Math.max(1, unit.length)));
      const pieces = cut(kind === "json" ? `["${text}` : text, 40);
      assert.ok(mostHeld(rules.plan(engine), kind, pieces) <= most);
    }),
    runs(),
  );
});

interface Rule {
  readonly pattern: string;
  readonly action: MaskAction;
  readonly end?: string;
}

function planOf(rules: readonly Rule[]): MaskingPlan {
  const detectors = rules.map(({ pattern, end }, index) => ({
    id: `d${index}`,
    entity: `R_${index}`,
    pattern,
    ...(end === undefined ? {} : { block: { end } }),
    specificity: 50,
    source: "test",
    examples: [],
    counterExamples: [],
  }));
  const masking = sampleMasking({ detectors, purpose: "scanning", encoded: false });
  return masking.plan(rules.map(({ action }, index) => ({ entities: [`d${index}`], action })));
}

test("a finding that is only observed does not hold what is masked without end", () => {
  const over = (pattern: string): readonly Rule[] => [
    { pattern: "xa{1,100}", action: "observe" },
    { pattern, action: "mask" },
  ];
  const block: readonly Rule[] = [
    { pattern: "a-", end: "c", action: "mask" },
    { pattern: "(?:a|(?:a|a))a", action: "observe" },
    { pattern: "(?:a|a)", action: "mask" },
  ];
  const cases = [
    { plan: planOf(block), text: "aa-b".repeat(3000) },
    { plan: planOf(over("x?(a[a-z]{0,}-)")), text: `x${"a".repeat(12_000)}` },
    { plan: planOf(over("x[a]{50}([a-z]{0,}-)")), text: `x${"a".repeat(12_000)}` },
    {
      plan: planOf([
        { pattern: "xa{1,100}", action: "observe" },
        { pattern: "xa{50}(a)", end: "c", action: "mask" },
      ]),
      text: `x${"a".repeat(12_000)}`,
    },
  ];
  for (const { plan, text } of cases) {
    const most = mostHeld(plan, "text", cut(text, 40));
    assert.ok(most < LIMIT + 100, `held ${most}`);
  }
});

test("an observed finding comes with its text unless a placeholder goes first", () => {
  const plan = planOf([
    { pattern: "bc{4}", action: "observe" },
    { pattern: "ab", action: "mask" },
    { pattern: "c-c", action: "mask" },
  ]);
  const masker = plan.open("text", SCOPE);
  const seen = Array.from("-abcccc.", (char) => ({ out: masker.feed(char), regions: masker.regions }));
  assert.deepEqual(
    seen.map(({ out }) => out),
    ["-", "", "", "", "", "", "<R_1>", "cccc."],
  );
  const [finding] = seen[7]?.regions ?? [];
  assert.deepEqual(
    [finding?.entity, finding?.start, finding?.end, finding?.inputStart, finding?.inputEnd],
    ["R_0", 0, 4, 2, 7],
  );
});

test("what a reading drops keeps no escape undecided for ever", () => {
  const plan = planOf([{ pattern: "zz", action: "mask" }]);
  const dropped = ["*", "\u200b", "_", "~~", "&shy;"];
  for (const opening of ["&", "\\", "%", "&amp;", "%25", "\\u0026amp;", "a_", "~"]) {
    for (const unit of dropped) {
      const most = mostHeld(plan, "text", cut(opening + unit.repeat(1500), 7));
      assert.ok(most <= MAX_ESCAPE_CHARS, `held ${most} after ${opening} with ${JSON.stringify(unit)}`);
    }
  }
});

test("reads an escape that is itself escaped, character by character, twice", () => {
  const once = (text: string): string =>
    Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const plan = planOf([{ pattern: "zz", action: "mask" }]);
  assert.equal(plan.maskWhole(`-${once(once("&#122;z"))}-`, SCOPE).text, "-<R_0>-");
});

test("in JSON, neither a row of first halves nor a number written in escapes is held whole", () => {
  const plan = planOf([{ pattern: "zz", action: "mask" }]);
  for (const [open, unit] of [
    ['["a12', "\\ud83d"],
    ['["[', "\\u0031"],
    ['["[', "1"],
    ["[", "1"],
  ] as const) {
    const most = mostHeld(plan, "json", cut(open + unit.repeat(3000), 6));
    assert.ok(most <= 520, `held ${most} of ${unit}`);
  }
  const pair = '["\\ud83d\\ud83d\\ude00zz"]';
  assert.equal(plan.maskWhole(pair, SCOPE, "json").text, '["\\ud83d\\ud83d\\ude00<R_0>"]');
});
