import assert from "node:assert/strict";
import { test } from "node:test";
import { SluiceError } from "../../src/domain/errors.js";
import type { Detector } from "../../src/patterns/detector.js";
import { lintDetector } from "../../src/patterns/lint.js";
import { compileRules } from "../../src/patterns/rule-set.js";

function detector(pattern: string, more: Partial<Detector> = {}): Detector {
  const fixed = { source: "test", examples: [], counterExamples: [], specificity: 50 };
  return { id: "custom/x", entity: "CUSTOM_ID", pattern, ...fixed, ...more };
}

function refusal(pattern: string, more: Partial<Detector> = {}): string {
  try {
    lintDetector(detector(pattern, more), "masking");
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "invalid_config");
    assert.match(error.message, /^detector custom\/x: /);
    return error.message;
  }
  return assert.fail(`${pattern} was accepted`);
}

test("refuses what no automaton can decide while text streams, and says which and why", () => {
  assert.match(refusal("\\b(a)\\1"), /back-reference/);
  assert.match(refusal("\\bID(?=abc)"), /one character/);
  assert.match(refusal("(?<=password: )\\w+"), /one character/);
  assert.match(refusal("\\bID(?!\\d+)"), /one character/);
  assert.match(refusal("\\b\\w*"), /empty text/);
  assert.match(refusal("\\bID("), /not valid/);
  assert.match(refusal("\\bID(\\d{4})?"), /can be skipped/);
  assert.throws(
    () => compileRules([detector("\\b(?:\\w{1,900}){1,900}")], { validators: new Map() }),
    /x: the pattern .*(nodes|large)/,
  );
});

test("refuses a pattern that could begin at any character", () => {
  assert.match(refusal("\\d{9}"), /begin/);
  assert.match(refusal("[a-z]+@x"), /begin/);
  assert.match(refusal("(?:ID)?\\d{9}"), /begin/);
});

test("refuses a validated pattern of which one match could hold many others", () => {
  assert.match(refusal("\\b\\w[\\w ]*#", { validator: "luhn" }), /bound its repeats/);
  assert.match(refusal("\\b[\\w ]{1,400}x\\b", { minEntropy: 3 }), /bound its repeats/);
  lintDetector(detector("\\b\\w[\\w ]*#"), "masking");
  lintDetector(detector("\\b(?:\\d[ -]?){12,18}\\d\\b", { validator: "luhn" }), "masking");
  lintDetector(detector("\\bkey=([\\w ]{8,400})", { minEntropy: 3 }), "masking");
});

test("takes a literal, an edge, a look-behind or text before the capture as a left boundary", () => {
  for (const pattern of [
    "ghp_\\w{36}",
    "\\b\\d{9}",
    "(?<![A-Z])[A-Z]{5}",
    "^\\d+x",
    "(?:abc|xyz)\\d",
    "(?:^|[^a-z])([a-z]{5}~)",
  ]) {
    lintDetector(detector(pattern), "masking");
  }
  lintDetector(detector("\\d{9}"), "scanning");
});

test("refuses labels that markdown swallows, and rewrites an entity that would be one", () => {
  assert.match(refusal("\\bx\\d", { label: "PERSON" }), /markdown swallows/);
  assert.match(refusal("\\bx\\d", { entity: "no label" }), /capitals/);
  const linted = lintDetector(detector("\\bx\\d", { entity: "PERSON" }), "masking");
  assert.equal(linted.label, "PERSON_VALUE");
  assert.match(linted.notes[0] ?? "", /custom\/x.*<PERSON>/);
});

test("cuts a free repeat before the first literal, which finds the same", () => {
  const linted = lintDetector(detector("[\\w.-]{0,50}?key=(\\w{8})"), "masking");
  assert.match(linted.notes[0] ?? "", /least count/);
});

test("reads one consuming terminator after the capture as look-ahead", () => {
  const rules = compileRules([detector("\\bkey=(\\w{4})(?:[\"'\\s]|$)")], { validators: new Map() });
  const found: string[] = [];
  rules.scan("key=abcd key=efgh'", (start, end) => found.push("key=abcd key=efgh'".slice(start, end)));
  assert.deepEqual(found, ["abcd", "efgh"]);
});

test("refuses unknown validators and ids given twice", () => {
  assert.throws(
    () => compileRules([detector("\\bx", { validator: "nope" })], { validators: new Map() }),
    /no validator is called nope/,
  );
  assert.throws(
    () => compileRules([detector("\\bx"), detector("\\by")], { validators: new Map() }),
    /two detectors/,
  );
});
