import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/seeded-check.js";
import { cuts, FUZZ_CASES, ruleSets, SCOPE, stream, texts } from "./fuzz.js";

const runs = (share: number): fc.Parameters<unknown> => ({
  numRuns: Math.max(10, Math.round(FUZZ_CASES * share)),
  includeErrorInReport: true,
});

test("masks every text exactly as its definition says, however it is cut", () => {
  fc.assert(
    fc.property(ruleSets, texts, cuts, (rules, text, lengths) => {
      const expected = rules.oracle.mask(text);
      assert.equal(rules.plan("cached").maskWhole(text, SCOPE).text, expected);
      assert.equal(stream(rules.plan("cached").open("text", SCOPE), text, lengths), expected);
      assert.equal(stream(rules.plan("cached").open("text", SCOPE), text, [1]), expected);
    }),
    runs(0.4),
  );
});

test("releases every character at the first moment at which nothing could still cover it", () => {
  fc.assert(
    fc.property(ruleSets, texts, (rules, text) => {
      const masker = rules.plan("cached").open("text", SCOPE);
      for (let end = 1; end <= text.length; end++) {
        masker.feed(text.charAt(end - 1));
        const prefix = text.slice(0, end);
        assert.equal(masker.releasedInput, rules.oracle.frontier(prefix), `after ${JSON.stringify(prefix)}`);
      }
    }),
    runs(0.2),
  );
});

test("gives the same with a cache of eight states, without a cache, and with positions moved down", () => {
  fc.assert(
    fc.property(ruleSets, texts, cuts, (rules, text, lengths) => {
      const expected = stream(rules.plan("cached").open("text", SCOPE), text, lengths);
      for (const kind of ["tiny", "simulated", "auto", "rebased"] as const) {
        assert.equal(stream(rules.plan(kind).open("text", SCOPE), text, lengths), expected, kind);
      }
    }),
    runs(0.4),
  );
});
