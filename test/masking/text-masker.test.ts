import assert from "node:assert/strict";
import { test } from "node:test";
import { PseudonymTable } from "../../src/masking/pseudonyms.js";
import fc from "../support/seeded-check.js";
import { cuts, FUZZ_CASES, SCOPE, stream } from "./fuzz.js";
import { SAMPLE_DETECTORS, sampleMasking } from "./sample-detectors.js";

const all = [{ entities: ["*"], action: "mask" }] as const;
const plan = sampleMasking().plan(all);
const masked = (text: string): string => plan.maskWhole(text, SCOPE).text;
const PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----";

/** Every way of cutting a text in two gives the same. */
function inTwo(text: string): string {
  const whole = masked(text);
  for (let at = 1; at < text.length; at++) {
    assert.equal(stream(plan.open("text", SCOPE), text, [at, text.length - at]), whole, `cut at ${at}`);
  }
  assert.equal(stream(plan.open("text", SCOPE), text, [1]), whole);
  return whole;
}

test("holds a card number split in two, and keeps one that fails its checksum", () => {
  assert.equal(inTwo("pay 4111 1111 1111 1111 now"), "pay <CREDIT_CARD> now");
  assert.equal(inTwo("pay 4111 1111 1111 1112 now"), "pay 4111 1111 1111 1112 now");
});

test("reads through full-width, zero-width, typographic and styled characters", () => {
  assert.equal(inTwo("a\u200bb@x.com"), "<EMAIL_ADDRESS>");
  assert.equal(inTwo("test\uff20example.com"), "<EMAIL_ADDRESS>");
  assert.equal(inTwo("ssn 078\u201105\u20111120\u00b2."), "ssn <US_SSN>\u00b2.");
  assert.equal(inTwo("\uff14\uff11\uff11\uff11 1111 1111 1111!"), "<CREDIT_CARD>!");
  assert.equal(inTwo("\u{1d42c}\u{1d42c}@\u{1d41a}.\u{1d41c}\u{1d428}\u{1d426} ok"), "<EMAIL_ADDRESS> ok");
  assert.equal(inTwo("07\u00ad8-0\u206605-1120"), "07\u00ad8-0\u206605-1120");
  assert.equal(inTwo("07\u00ad8-0\u20665-1120"), "<US_SSN>");
});

test("reads through markdown, HTML, percent and backslash escapes", () => {
  assert.equal(inTwo("jo**hn**@exa\\.mple.com!"), "<EMAIL_ADDRESS>!");
  assert.equal(
    inTwo("jane&#64;example.com jane&commat;example&period;com"),
    "<EMAIL_ADDRESS> <EMAIL_ADDRESS>",
  );
  assert.equal(inTwo("%6a%61%6e%65%40%65%78.%63%6f%6d"), "<EMAIL_ADDRESS>");
  assert.equal(inTwo("jane\\u0040example.com jane\\x40example.com"), "<EMAIL_ADDRESS> <EMAIL_ADDRESS>");
  assert.equal(inTwo("__078-05-1120__ and `078-05-1120`"), "__<US_SSN>__ and `<US_SSN>`");
});

test("looks into one layer of base64 and hex", () => {
  assert.equal(inTwo("see am9obkBleGFtcGxlLmNvbQ== there"), "see <EMAIL_ADDRESS> there");
  assert.equal(inTwo("see 6a6f686e406578616d706c652e636f6d there"), "see <EMAIL_ADDRESS> there");
  assert.equal(inTwo("see anVzdCBzb21lIHdvcmRz there"), "see anVzdCBzb21lIHdvcmRz there");
});

test("counts a detector with context only within reach of a context word before it", () => {
  assert.equal(inTwo("my bank: 912803456"), "my bank: <US_BANK_NUMBER>");
  assert.equal(inTwo("my banker: 912803456"), "my banker: 912803456");
  assert.equal(inTwo("account_number=912803456"), "account_number=<US_BANK_NUMBER>");
  assert.equal(inTwo(`bank ${"x ".repeat(40)}912803456`), `bank ${"x ".repeat(40)}912803456`);
});

test("what a reading drops counts towards the reach of a context word", () => {
  assert.equal(inTwo(`bank${"*".repeat(60)} 912803456`), `bank${"*".repeat(60)} 912803456`);
  assert.equal(inTwo(`bank${"*".repeat(40)} 912803456`), `bank${"*".repeat(40)} <US_BANK_NUMBER>`);
});

test("holds back nothing for a detector whose context word has not come", () => {
  const only = sampleMasking({ encoded: false }).plan([{ entities: ["US_BANK_NUMBER"], action: "mask" }]);
  const masker = only.open("text", SCOPE);
  assert.equal(masker.feed("number 9128034"), "number 9128034");
  assert.equal(masker.feed(" bank 9128034"), " bank ");
});

test("puts the placeholder of a private key at its beginning and releases nothing until its end", () => {
  assert.equal(inTwo(`key ${PEM} done`), "key <PRIVATE_KEY> done");
  const masker = plan.open("text", SCOPE);
  assert.equal(masker.feed("key -----BEGIN PRIVATE KEY-----"), "key <PRIVATE_KEY>");
  assert.equal(masker.feed("\nMIIE jane@example.com"), "");
  assert.equal(masker.held, 0);
  assert.deepEqual(masker.covered.length, 1);
  assert.equal(masker.end(), "");
});

test("treats a candidate that lives too long as a match, and keeps no more text than its limit", () => {
  const endless = sampleMasking({
    detectors: [
      ...SAMPLE_DETECTORS,
      {
        ...SAMPLE_DETECTORS[0],
        id: "x/endless",
        entity: "END_LESS",
        pattern: "\\bkey=\\S+#",
        specificity: 5,
        source: "test",
        examples: [],
        counterExamples: [],
      },
    ],
    encoded: false,
  }).plan([{ entities: ["END_LESS"], action: "mask" }]);
  const masker = endless.open("text", SCOPE);
  let out = "";
  let most = 0;
  for (let index = 0; index < 5000; index++) {
    out += masker.feed(index === 0 ? "key=a" : "a");
    most = Math.max(most, masker.held);
  }
  assert.equal(out, "<END_LESS>");
  assert.ok(most <= 512, `held ${most}`);
  assert.equal(masker.feed(" rest "), " rest ");
  assert.equal(endless.maskWhole(`key=${"a".repeat(511)} rest`, SCOPE).text, "<END_LESS> rest");
  assert.equal(endless.maskWhole(`key=${"a".repeat(500)} rest`, SCOPE).text, `key=${"a".repeat(500)} rest`);
});

test("a candidate grows old over characters that a reading drops", () => {
  const masker = plan.open("text", SCOPE);
  let out = masker.feed("call jane@example.com");
  for (let turn = 0; turn < 100; turn++) {
    out += masker.feed("*".repeat(40));
    assert.ok(masker.held < 600, `${masker.held} characters held`);
  }
  assert.equal(out + masker.feed(" now") + masker.end(), "call <EMAIL_ADDRESS> now");
});

test("a detector that throws ends the stream, and nothing comes after", () => {
  const failing = sampleMasking({
    validators: new Map([
      [
        "luhn",
        () => {
          throw new Error("4111 in a message");
        },
      ],
    ]),
  }).plan(all);
  for (const kind of ["text", "json"] as const) {
    const masker = failing.open(kind, SCOPE);
    assert.throws(() => masker.feed("pay 4111 1111 1111 1111 now"), {
      code: "masking_failed",
      message: /ended rather than/,
    });
    assert.equal(masker.feed("more"), "");
    assert.equal(masker.end(), "");
  }
});

test("a chain of overlapping matches gets its placeholder before it ends, whatever the pieces", () => {
  const chain = sampleMasking({
    detectors: [
      {
        ...SAMPLE_DETECTORS[3],
        id: "x/chain",
        entity: "CHAIN_LINK",
        pattern: "a\\wa",
        specificity: 5,
        source: "test",
        examples: [],
        counterExamples: [],
      },
    ],
    encoded: false,
  }).plan([{ entities: ["CHAIN_LINK"], action: "mask" }]);
  const text = `${"ab".repeat(6000)} end `;
  for (const lengths of [[1], [7], [9000]]) {
    const masker = chain.open("text", SCOPE);
    let out = "";
    let most = 0;
    for (let at = 0, turn = 0; at < text.length; turn++) {
      const length = lengths[turn % lengths.length] ?? 1;
      out += masker.feed(text.slice(at, at + length));
      most = Math.max(most, masker.held);
      at += length;
    }
    out += masker.end();
    assert.equal(out, "<CHAIN_LINK>b end ");
    assert.ok(most <= 4096, `held ${most}`);
  }
});

test("returns text that nothing holds back as the very string it was given", () => {
  const masker = plan.open("text", SCOPE);
  const text = " , ";
  assert.equal(masker.feed(text), text);
  assert.equal(masker.held, 0);
  assert.equal(masker.regions, plan.open("text", SCOPE).regions);
});

test("never splits a surrogate pair, and keeps a lone half", () => {
  const masker = plan.open("text", SCOPE);
  assert.equal(masker.feed("hi \ud83d"), "hi ");
  assert.equal(masker.feed("\ude00 "), "\ud83d\ude00 ");
  assert.equal(masker.feed("\ude00\ud83d"), "\ude00");
  assert.equal(masker.end(), "\ud83d");
});

test("observes without changing the text, and says where", () => {
  const observing = sampleMasking().plan([
    { entities: ["EMAIL_ADDRESS"], action: "observe" },
    { entities: ["US_SSN"], action: "mask" },
  ]);
  const { text, regions } = observing.maskWhole("ssn 078-05-1120 to jane@example.com.", SCOPE);
  assert.equal(text, "ssn <US_SSN> to jane@example.com.");
  assert.deepEqual(
    regions.map(({ entity, action, start, end }) => [entity, action, text.slice(start, end)]),
    [
      ["US_SSN", "mask", "<US_SSN>"],
      ["EMAIL_ADDRESS", "observe", "jane@example.com"],
    ],
  );
});

test("cuts the stream before the first character of a match and says nothing after", () => {
  const cutting = sampleMasking().plan([
    { entities: ["*"], action: "mask" },
    { entities: ["US_SSN"], action: "cut" },
  ]);
  for (const lengths of [[1], [3], [100]]) {
    const masker = cutting.open("text", SCOPE);
    assert.equal(
      stream(masker, "to jane@example.com ssn 078-05-1120 and more", lengths),
      "to <EMAIL_ADDRESS> ssn ",
    );
    assert.equal(masker.cut?.entity, "US_SSN");
    assert.equal(masker.cut?.inputStart, 24);
    assert.equal(masker.feed("more"), "");
  }
});

test("cuts at the same place and says the same whatever the pieces", () => {
  const cutting = sampleMasking().plan([
    { entities: ["*"], action: "mask" },
    { entities: ["US_SSN", "GITHUB_TOKEN"], action: "cut" },
    { entities: ["secrets/assignment"], action: "observe" },
  ]);
  const part = fc.constantFrom(
    "jane@example.com",
    "078-05-1120",
    PEM,
    "-----BEGIN PRIVATE KEY-----",
    " ",
    "x ",
    "**",
    "\u200b",
    "password=hunter2Xy9 ",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), cuts, (parts, lengths) => {
      const text = parts.join("");
      const whole = cutting.maskWhole(text, SCOPE);
      const masker = cutting.open("text", SCOPE);
      assert.equal(stream(masker, text, lengths), whole.text);
      assert.equal(masker.cut?.inputStart, whole.cut?.inputStart);
    }),
    { numRuns: Math.max(100, Math.round(FUZZ_CASES * 0.2)), includeErrorInReport: true },
  );
});

test("masks configured credentials whatever the plan, whatever characters they hold", () => {
  const value = "s3cr\u00e9t+(a|b)\\*\u{1f511}";
  const masking = sampleMasking({ literals: [{ id: "openai", entity: "UPSTREAM_CREDENTIAL", value }] });
  const text = `key ${value}!`;
  assert.equal(masking.plan([]).maskWhole(text, SCOPE).text, "key <UPSTREAM_CREDENTIAL>!");
  const observed = masking.plan([{ entities: ["*"], action: "observe" }]);
  assert.equal(observed.maskWhole(text, SCOPE).text, "key <UPSTREAM_CREDENTIAL>!");
  assert.throws(
    () => sampleMasking({ literals: [{ id: "x", entity: "UPSTREAM_CREDENTIAL", value: "abc" }] }),
    /credential x/,
  );
});

test("labels a merged region by the most specific rule and masks it by the strictest operator", () => {
  const merged = sampleMasking().plan([
    { entities: ["CREDIT_CARD"], action: "mask", operator: { type: "mask", keepLast: 4 } },
    { entities: ["GENERIC_SECRET"], action: "mask", operator: { type: "redact" } },
  ]);
  assert.equal(merged.maskWhole("card 4111111111111111", SCOPE).text, "card ************1111");
  assert.equal(
    merged.maskWhole("password=4111111111111111", SCOPE).text,
    "password=4111111111111111".replace(/\d+/, "************1111"),
  );
  assert.equal(merged.maskWhole("password=5555555555554444", SCOPE).regions[0]?.entity, "CREDIT_CARD");
});

test("replaces, redacts, hashes, keeps the last characters, and gives pseudonyms", () => {
  const scope = { hashKey: new Uint8Array(32).fill(1), pseudonyms: new PseudonymTable() };
  const other = { ...scope, hashKey: new Uint8Array(32).fill(2) };
  const by = (type: "replace" | "redact" | "hash" | "pseudonym") =>
    sampleMasking().plan([{ entities: ["EMAIL_ADDRESS"], action: "mask", operator: { type } }]);
  const text = "a@example.com b@example.com a@example.com";
  assert.equal(by("replace").maskWhole(text, scope).text, "<EMAIL_ADDRESS> <EMAIL_ADDRESS> <EMAIL_ADDRESS>");
  assert.equal(by("redact").maskWhole(text, scope).text, "[REDACTED] [REDACTED] [REDACTED]");
  assert.equal(
    by("pseudonym").maskWhole(text, scope).text,
    "<EMAIL_ADDRESS_1> <EMAIL_ADDRESS_2> <EMAIL_ADDRESS_1>",
  );
  assert.equal(scope.pseudonyms.valueOf("<EMAIL_ADDRESS_2>"), "b@example.com");
  const hashed = by("hash").maskWhole(text, scope).text.split(" ");
  assert.match(hashed[0] ?? "", /^<EMAIL_ADDRESS_[0-9a-f]{16}>$/);
  assert.equal(hashed[0], hashed[2]);
  assert.notEqual(hashed[0], hashed[1]);
  assert.notEqual(by("hash").maskWhole(text, other).text.split(" ")[0], hashed[0]);
});

test("the number of pseudonyms in a conversation is bounded", () => {
  const table = new PseudonymTable({ limit: 2, nonce: "k3" });
  assert.deepEqual(
    ["a", "b", "c", "a"].map((value) => table.nameFor("X_Y", value)),
    ["<X_Y_k3_1>", "<X_Y_k3_2>", "<X_Y>", "<X_Y_k3_1>"],
  );
});

test("streams longer than positions reach give the same", () => {
  const rebasing = sampleMasking({ limits: { rebaseAt: 64 } }).plan(all);
  const line = `mail jane@example.com, bank 912803456, ${PEM} and 4111 1111 1111 1111; `;
  const text = line.repeat(20);
  const masker = rebasing.open("text", SCOPE);
  assert.equal(stream(masker, text, [7]), masked(text));
  assert.equal(masker.releasedInput, text.length);
  assert.equal(rebasing.maskWhole(text, SCOPE).regions.at(-1)?.inputEnd, text.length - 2);
});

test("masked output, scanned again, has no match outside a placeholder", () => {
  const masking = sampleMasking();
  const parts = fc.constantFrom(
    "jane@example.com",
    "4111 1111 1111 1111",
    "078-05-1120",
    "10.0.0.1",
    "password=hunter2Xy9",
    "bank 912803456",
    PEM,
    " ",
    ", ",
    "x",
    "=",
    "-",
    "\n",
    "**",
    "card: ",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
  );
  fc.assert(
    fc.property(
      fc.array(parts, { maxLength: 12 }),
      fc.constantFrom("replace", "redact", "hash", "pseudonym"),
      (pieces, type) => {
        const every = masking.plan([{ entities: ["*"], action: "mask", operator: { type } }]);
        const once = every.maskWhole(pieces.join(" "), SCOPE);
        const placed = once.regions.map(({ start, end }) => [start, end] as const);
        for (const { start, end } of every.maskWhole(once.text, SCOPE).regions) {
          // Beside a placeholder look-around saw the original text, so what touches one is not judged.
          const touches = placed.some(([from, to]) => start <= to && end >= from);
          assert.ok(touches, `${JSON.stringify(once.text)} at ${start}-${end}`);
        }
      },
    ),
    { numRuns: Math.max(100, Math.round(FUZZ_CASES * 0.1)), includeErrorInReport: true },
  );
});
