import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/seeded-check.js";
import { cuts, FUZZ_CASES, ruleSets, runs, SCOPE, stream, texts } from "./fuzz.js";

test("masks every text exactly as its definition says, however it is cut", () => {
  fc.assert(
    fc.property(ruleSets, texts, cuts, (rules, text, lengths) => {
      const expected = rules.oracle.mask(text);
      assert.equal(rules.plan("cached").maskWhole(text, SCOPE).text, expected);
      assert.equal(stream(rules.plan("cached").open("text", SCOPE), text, lengths), expected);
      assert.equal(stream(rules.plan("cached").open("text", SCOPE), text, [1]), expected);
    }),
    runs(),
  );
});

test("releases every character at the first moment at which nothing could still cover it", () => {
  fc.assert(
    fc.property(ruleSets, texts, (rules, text) => {
      const masker = rules.plan("cached").open("text", SCOPE);
      const frontier = rules.oracle.frontiers(text);
      for (let end = 1; end <= text.length; end++) {
        masker.feed(text.charAt(end - 1));
        assert.equal(masker.releasedInput, frontier(end), `after ${end} of ${JSON.stringify(text)}`);
      }
    }),
    runs(),
  );
});

test("the definition says the same of a prefix, whatever follows it", () => {
  fc.assert(
    fc.property(ruleSets, texts, (rules, text) => {
      const frontier = rules.oracle.frontiers(text);
      for (let end = 0; end <= text.length; end++)
        assert.equal(rules.oracle.frontiers(text.slice(0, end))(end), frontier(end));
    }),
    { ...runs(), numRuns: Math.ceil(FUZZ_CASES / 10) },
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
    runs(),
  );
});
