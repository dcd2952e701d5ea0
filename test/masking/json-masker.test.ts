import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cuts, FUZZ_CASES, SCOPE, stream } from "./fuzz.js";
import { sampleMasking } from "./sample-detectors.js";

const plan = sampleMasking().plan([{ entities: ["*"], action: "mask" }]);
const masked = (text: string): string => plan.maskWhole(text, SCOPE, "json").text;

test("masks strings and keys inside their quotes", () => {
  assert.equal(
    masked('{"to":"jane@example.com","jane@example.com":["x", "call jane@example.com now"]}'),
    '{"to":"<EMAIL_ADDRESS>","<EMAIL_ADDRESS>":["x", "call <EMAIL_ADDRESS> now"]}',
  );
});

test("turns a masked number into a string", () => {
  assert.equal(
    masked('{"card":4111111111111111,"n":[1,-2.5e3,4111111111111112]}'),
    '{"card":"<CREDIT_CARD>","n":[1,-2.5e3,4111111111111112]}',
  );
});

test("masks a top-level number only once it has ended", () => {
  const masker = plan.open("json", SCOPE);
  assert.equal(masker.feed("4111111111111111"), "");
  assert.equal(masker.end(), '"<CREDIT_CARD>"');
});

test("finds what is written with escapes, and JSON inside a string inside a string", () => {
  assert.equal(masked('{"a":"jane\\u0040example.com"}'), '{"a":"<EMAIL_ADDRESS>"}');
  const inner = JSON.stringify({ to: "jane@example.com", card: 4111111111111111 });
  const twice = JSON.stringify({ body: JSON.stringify({ payload: inner }) });
  const result = masked(twice);
  assert.ok(!/jane|4111/.test(result), result);
  JSON.parse(result);
});

test("finds a value behind an escaped line break", () => {
  assert.equal(masked('{"a":"line\\n078-05-1120"}'), '{"a":"line\\n<US_SSN>"}');
});

test("never cuts an escape sequence in two", () => {
  const text = '{"a":"x\\ud83d\\ude00jane@example.com\\u00e9\\"\\\\"}';
  for (let at = 1; at < text.length; at++) {
    const masker = plan.open("json", SCOPE);
    const pieces = [masker.feed(text.slice(0, at)), masker.feed(text.slice(at)), masker.end()];
    const whole = pieces.join("");
    assert.ok(!whole.includes("jane@"), whole);
    JSON.parse(whole);
  }
});

test("masks what is no JSON as it stands, from where it stops being JSON", () => {
  assert.equal(masked('{"a":"jane@example.com" oops 078-05-1120'), '{"a":"<EMAIL_ADDRESS>" oops <US_SSN>');
  assert.equal(masked("card 4111111111111111"), "card <CREDIT_CARD>");
  assert.equal(masked('{"a":01,"b":4111111111111111}'), '{"a":01,"b":<CREDIT_CARD>}');
});

test("says where a region stands in what a call returned and in the input", () => {
  const masker = plan.open("json", SCOPE);
  const first = masker.feed('{"a":"');
  assert.equal(first, '{"a":"');
  assert.deepEqual(masker.regions, []);
  const second = masker.feed('jane@example.com"}');
  assert.equal(second, '<EMAIL_ADDRESS>"}');
  assert.deepEqual(masker.regions, [
    {
      entity: "EMAIL_ADDRESS",
      detector: "pii/email",
      start: 0,
      end: 15,
      inputStart: 6,
      inputEnd: 22,
      action: "mask",
    },
  ]);
});

test("releases structure and plain words at once", () => {
  const masker = plan.open("json", SCOPE);
  assert.equal(masker.feed('{"name": "'), '{"name": "');
  assert.equal(masker.feed("Ada "), "Ada ");
  assert.equal(masker.feed('", "ok": true, "n": 12'), '", "ok": true, "n": ');
  assert.equal(masker.feed(","), "12,");
});

test("stops a stream in which a cut rule matches, before the first character of the match", () => {
  const cutting = sampleMasking().plan([{ entities: ["CREDIT_CARD"], action: "cut" }]);
  const masker = cutting.open("json", SCOPE);
  const out = masker.feed('{"a":"see 4111 1111 1111 1111", "b":"more"}') + masker.end();
  assert.equal(out, '{"a":"see ');
  assert.equal(masker.cut?.entity, "CREDIT_CARD");
});

const value = fc.constantFrom(
  "jane@example.com",
  "4111 1111 1111 1111",
  "078-05-1120",
  "\u00e9\ud83d\ude00",
  'a\nb\t"c"\\',
  "jane\u200b@example.com",
  "plain words",
  "x",
  "my bank is 912803456",
);
const document = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      fc.array(value, { maxLength: 3 }).map((parts) => parts.join(" ")),
      fc.constantFrom(4111111111111111, 912803456, 0, -1.5, 1e21, true, false, null),
      tie("nested"),
    ),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(value, tie("node"), { maxKeys: 3 }),
  ),
  nested: fc.dictionary(value, value, { maxKeys: 2 }).map((inner) => JSON.stringify(inner)),
})).node;

/** Some writers escape everything beyond ASCII, and more. */
function escapedMore(text: string): string {
  return text.replace(
    /[@\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

test("what parsed still parses, holds nothing that was to be masked, and does not depend on the pieces", () => {
  fc.assert(
    fc.property(
      document,
      fc.boolean(),
      fc.constantFrom(undefined, 2),
      cuts,
      (node, escaping, indent, lengths) => {
        const plain = JSON.stringify(node, null, indent);
        const text = escaping ? escapedMore(plain) : plain;
        const whole = masked(text);
        assert.equal(stream(plan.open("json", SCOPE), text, lengths), whole);
        assert.equal(stream(plan.open("json", SCOPE), text, [1]), whole);
        JSON.parse(whole);
        assert.ok(!/jane|4111|078-05/.test(whole), whole);
      },
    ),
    { numRuns: Math.max(100, Math.round(FUZZ_CASES * 0.2)), includeErrorInReport: true },
  );
});
