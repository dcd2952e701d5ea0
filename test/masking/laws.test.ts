import assert from "node:assert/strict";
import { test } from "node:test";
import type { OperatorSpec } from "../../src/domain/obligation.js";
import { Masking } from "../../src/masking/masking.js";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { validators } from "../../src/patterns/validators/index.js";
import fc from "../support/seeded-check.js";
import { cuts, ruleSets, runs, SCOPE, stream, texts } from "./fuzz.js";

const OPERATORS: readonly OperatorSpec[] = [
  { type: "replace" },
  { type: "redact" },
  { type: "hash" },
  { type: "pseudonym" },
  { type: "mask", keepLast: 4 },
  { type: "mask", keepLast: 0, char: "#" },
];

/** Words of context come nearer where a placeholder is shorter than what it stands for. */
const detectors = builtInDetectors.filter(({ context }) => context === undefined);
const everything = Masking.create({ detectors, validators }).plan(
  detectors.map(({ id }, index) => ({
    entities: [id],
    action: "mask",
    operator: OPERATORS[index % OPERATORS.length] ?? { type: "replace" },
  })),
);

test("masked output, scanned again, has no match outside a placeholder, all operators mixed", () => {
  const example = fc
    .integer({ min: 0, max: detectors.length - 1 })
    .map((index) => detectors[index]?.examples[0] ?? "");
  const filling = fc.constantFrom("and", "x", "key:", "see", "12", "**", "=", '"', "\n");
  fc.assert(
    fc.property(fc.array(fc.oneof(example, filling), { maxLength: 8 }), (parts) => {
      const once = everything.maskWhole(parts.join(" "), SCOPE);
      for (const { start, end, detector } of everything.maskWhole(once.text, SCOPE).regions) {
        // Beside a placeholder look-around saw the original text, so what touches one is not judged.
        const touches = once.regions.some((each) => start <= each.end && end >= each.start);
        assert.ok(touches, `${detector} in ${JSON.stringify(once.text)} at ${start}-${end}`);
      }
    }),
    runs(),
  );
});

const document = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(texts, fc.double({ noNaN: true }), fc.integer(), fc.constantFrom(true, null), tie("written")),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(texts, tie("node"), { maxKeys: 3 }),
  ),
  written: fc.array(tie("node"), { maxLength: 2 }).map((inner) => JSON.stringify(inner)),
})).node;

test("what parsed as JSON parses, whatever the rules, the same for all pieces", () => {
  fc.assert(
    fc.property(ruleSets, document, cuts, (rules, node, lengths) => {
      const text = JSON.stringify(node);
      const whole = rules.plan("cached").maskWhole(text, SCOPE, "json").text;
      JSON.parse(whole);
      assert.equal(stream(rules.plan("cached").open("json", SCOPE), text, lengths), whole);
      assert.equal(stream(rules.plan("cached").open("json", SCOPE), text, [1]), whole);
    }),
    runs(),
  );
});

test("what is no JSON is masked the same for all pieces", () => {
  const scrap = fc.constantFrom(...'{}[]:,"\\ 01-ae.', "null", '{"a":"', '"[\\"', "\\u0061", "a-b", "\\\\");
  fc.assert(
    fc.property(ruleSets, fc.array(scrap, { maxLength: 16 }), cuts, (rules, scraps, lengths) => {
      const text = scraps.join("");
      const whole = rules.plan("cached").maskWhole(text, SCOPE, "json").text;
      assert.equal(stream(rules.plan("cached").open("json", SCOPE), text, lengths), whole);
      assert.equal(stream(rules.plan("cached").open("json", SCOPE), text, [1]), whole);
    }),
    runs(),
  );
});
