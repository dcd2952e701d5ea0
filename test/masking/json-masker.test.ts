import assert from "node:assert/strict";
import { test } from "node:test";
import { Masking } from "../../src/masking/masking.js";
import type { Detector } from "../../src/patterns/detector.js";
import fc from "../support/seeded-check.js";
import { cuts, FUZZ_CASES, SCOPE, stream } from "./fuzz.js";
import { sampleMasking } from "./sample-detectors.js";

const plan = sampleMasking().plan([{ entities: ["*"], action: "mask" }]);
const masked = (text: string): string => plan.maskWhole(text, SCOPE, "json").text;
/** The document in `text`, or the string at a key of it. */
function parsed(text: unknown, key?: string): unknown {
  const value: unknown = JSON.parse(String(text));
  return key === undefined ? value : new Map(Object.entries(Object(value))).get(key);
}

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

test("a masked number in a stringified document becomes a string there, quoted as deep as it stands", () => {
  const inner = JSON.stringify({ n: 1, card: 4111111111111111, list: [4111111111111111, -2] });
  const masks = { n: 1, card: "<CREDIT_CARD>", list: ["<CREDIT_CARD>", -2] };
  assert.deepEqual(parsed(parsed(masked(JSON.stringify({ body: inner })), "body")), masks);
  const twice = JSON.stringify({ body: JSON.stringify({ payload: inner }) });
  assert.deepEqual(parsed(parsed(parsed(masked(twice), "body"), "payload")), masks);
  const blanks = JSON.stringify({ body: ` \n ${JSON.stringify(JSON.parse(inner), null, 2)}\n` });
  assert.deepEqual(parsed(parsed(masked(blanks), "body")), masks);
});

test("keeps the escapes of a stringified document whole", () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const inner = JSON.stringify({ a: `x\n${token}\n"${token}"`, b: "\u00e9\ud83d\ude00jane@example.com" });
  assert.deepEqual(parsed(parsed(masked(JSON.stringify([inner])), "0")), {
    a: 'x\n<GITHUB_TOKEN>\n"<GITHUB_TOKEN>"',
    b: "\u00e9\ud83d\ude00<EMAIL_ADDRESS>",
  });
});

test("masks a string that only begins like a document as the text that it is", () => {
  for (const [text, expected] of [
    ["[Jane](mailto:jane@example.com)", "[Jane](mailto:<EMAIL_ADDRESS>)"],
    ["{{name}} 078-05-1120", "{{name}} <US_SSN>"],
    ['["a", 078-05-1120]', '["a", <US_SSN>]'],
    ["[1] jane@example.com", "[1] <EMAIL_ADDRESS>"],
    ["4111111111111111", "<CREDIT_CARD>"],
  ] as const) {
    assert.equal(masked(JSON.stringify({ text })), JSON.stringify({ text: expected }));
  }
});

test("leaves numbers alone that count only where they are the whole text of a channel", () => {
  const alone: Detector = {
    id: "pii/alone",
    entity: "SOME_NUMBER",
    pattern: "^\\d{9}$",
    wholeTextOnly: true,
    specificity: 50,
    source: "test",
    examples: [],
    counterExamples: [],
  };
  const strict = Masking.create({ detectors: [alone], validators: new Map() }).plan([
    { entities: ["*"], action: "mask" },
  ]);
  assert.equal(strict.maskWhole("123456789", SCOPE).text, "<SOME_NUMBER>");
  for (const json of [
    "123456789",
    '{"user_id":123456789}',
    '"123456789"',
    '["123456789"]',
    '{"123456789":""}',
  ]) {
    assert.equal(strict.maskWhole(json, SCOPE, "json").text, json);
    assert.equal(stream(strict.open("json", SCOPE), json, [1]), json);
  }
  const encoded = Buffer.from("123456789").toString("base64");
  assert.equal(strict.maskWhole(encoded, SCOPE).text, encoded);
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

test("two matches that meet inside an escape sequence are one placeholder, whatever the pieces", () => {
  const bare = { specificity: 10, source: "test", examples: [], counterExamples: [] };
  const detectors = [{ ...bare, id: "x/pair", entity: "WORD_PAIR", pattern: "\\w." }];
  const masking = sampleMasking({ detectors, purpose: "scanning", encoded: false });
  const operator = { type: "mask", keepLast: 0 } as const;
  const pairs = masking.plan([{ entities: ["*"], action: "mask" }]);
  const stars = masking.plan([{ entities: ["*"], action: "mask", operator }]);
  for (const lengths of [[99], [1], [5, 1]]) {
    const masker = pairs.open("json", SCOPE);
    assert.equal(stream(masker, '{"a\\n":""}', lengths), '{"<WORD_PAIR>":""}');
    assert.equal(stream(stars.open("json", SCOPE), '{"a\\na":""}', lengths), '{"***":""}');
  }
});

test("a placeholder that comes out before its end does not wait for the end of an escape sequence", () => {
  const masker = plan.open("json", SCOPE);
  masker.feed('["-----BEGIN PRIVATE KEY-----\\u0');
  for (let turn = 0; turn < 400; turn++) {
    masker.feed("061\\u0");
    assert.ok(masker.held < 50, `${masker.held} characters held`);
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

test("a cut rule ends the stream where its match begins inside a number or an escape", () => {
  const cutting = sampleMasking().plan([{ entities: ["CREDIT_CARD"], action: "cut" }]);
  for (const [text, expected] of [
    ['{"a":-4111111111111111}', '{"a":'],
    ['{"a":"x \\u0034111 1111 1111 1111"}', '{"a":"x '],
  ] as const) {
    const masker = cutting.open("json", SCOPE);
    assert.equal(stream(masker, text, [5]), expected);
    assert.equal(masker.cut?.entity, "CREDIT_CARD");
  }
});

test("an endless candidate inside a string gets its placeholder, and is not kept", () => {
  const masker = plan.open("json", SCOPE);
  let out = masker.feed('{"key":"-----BEGIN PRIVATE KEY-----');
  for (let line = 0; line < 200; line++) {
    out += masker.feed("\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC");
    assert.ok(masker.held < 600, `${masker.held} characters held`);
  }
  out += masker.feed('\\n-----END PRIVATE KEY-----","n":1}') + masker.end();
  assert.equal(out, '{"key":"<PRIVATE_KEY>","n":1}');
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
  nested: fc
    .tuple(fc.dictionary(value, tie("node"), { maxKeys: 2 }), fc.boolean())
    .map(([inner, isList]) => JSON.stringify(isList ? [inner] : inner)),
})).node;

/** Some writers escape everything beyond ASCII, and more. */
function escapedMore(text: string): string {
  return text.replace(
    /[@\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Every string that begins like a document is one, so many strings deep. */
function parsesWithin(value: unknown, strings: number): void {
  if (typeof value === "string") {
    if (strings > 0 && /^[[{]/.test(value)) parsesWithin(JSON.parse(value), strings - 1);
  } else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) parsesWithin(each, strings);
  }
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
        parsesWithin(JSON.parse(whole), 3);
        assert.ok(!/jane|4111|078-05/.test(whole), whole);
      },
    ),
    { numRuns: Math.max(100, Math.round(FUZZ_CASES * 0.2)), includeErrorInReport: true },
  );
});
