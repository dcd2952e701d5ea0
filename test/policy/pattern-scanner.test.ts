import assert from "node:assert/strict";
import { test } from "node:test";
import { loadReal, realPdp } from "./real-world.js";
import { asking, type Said } from "./world.js";

const policy = (rule: string) => `
policies:
  - name: p
    who: { everyone: true }
    connections: [openai]
    models: ["*"]
    prompt:
      - id: r
        deny: ${rule}
`;
async function effect(rule: string, text: string): Promise<string> {
  return (await realPdp(policy(rule)).decide(asking({ said: [text] }))).effect;
}

const CODENAME = '{ pattern: "project (?:alder|birch)" }';
const DISGUISES: readonly (readonly [string, string])[] = [
  ["capitals", "PROJECT ALDER"],
  ["full-width letters", "ｐｒｏｊｅｃｔ alder"],
  ["a zero-width space", "pro\u200bject al\u200bder"],
  ["a soft hyphen", "pro\u00adject alder"],
  ["markdown emphasis", "project **al**der"],
  ["HTML entities", "project &#97;lder"],
  ["mathematical letters", "project 𝐚𝐥𝐝𝐞𝐫"],
];
for (const [what, text] of DISGUISES) {
  test(`the engine finds a denied phrase behind ${what}`, async () => {
    assert.equal(await effect(CODENAME, `tell me of ${text} now`), "deny");
  });
}

test("the engine denies entities by their detectors, checksums included", async () => {
  const rule = '{ entities: [CREDIT_CARD, "pii/us/*"] }';
  assert.equal(await effect(rule, "card 4012 8888 8888 1881"), "deny");
  assert.equal(await effect(rule, "card 4012 8888 8888 1882"), "allow");
  assert.equal(await effect(rule, "write to ann@example.com"), "allow");
});

test("words are whole words, and a blank stands for any run of white space", async () => {
  const rule = "{ words: [EPS, gross margin] }";
  assert.equal(await effect(rule, "what is the eps?"), "deny");
  assert.equal(await effect(rule, "the steps are"), "allow");
  assert.equal(await effect(rule, "gross\n margin"), "deny");
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  [
    "a pattern that cannot be read",
    '{ pattern: "a(" }',
    /policies\.yaml:9:26: policies\[0\]\.prompt\[0\]\.deny\.pattern: /,
  ],
  ["a pattern that matches nothing at all", '{ pattern: "a*" }', /matches the empty text/],
  ["a back-reference", '{ pattern: "(a)\\\\1" }', /back-?reference/i],
  [
    "an entity that no detector has",
    "{ entities: [CREDITCARD] }",
    /no detector is called "CREDITCARD"; did you mean "CREDIT_CARD"\?/,
  ],
];
for (const [what, rule, message] of REFUSED) {
  test(`loading refuses ${what}, with its place`, () => {
    assert.throws(() => loadReal(policy(rule)), message);
  });
}

const HEAVY: readonly (readonly [string, readonly Said[]])[] = [
  ["a megabyte that almost matches everywhere", ["aab".repeat(350_000)]],
  ["a megabyte of base64", [Buffer.alloc(750_000, "hello world ").toString("base64")]],
  [
    "60,000 JSON strings",
    [
      {
        role: "tool",
        parts: [JSON.stringify(Array.from({ length: 60_000 }, (_, index) => `value ${index}`))],
        json: true,
      },
    ],
  ],
  ["5,000 messages", Array.from({ length: 5000 }, (_, index) => `message ${index}`)],
];
for (const [what, said] of HEAVY) {
  test(`${what} never hold the loop for long`, async () => {
    const pdp = realPdp(policy('{ patterns: ["(?:a+b?)+c", "(?:x|xy|y)*z"] }'));
    await pdp.decide(asking({ said: ["warm"] }));
    const input = asking({ said });
    // By the processor: on a busy machine the clock goes on while others work.
    let worstMs = 0;
    let last = process.cpuUsage();
    const beat = setInterval(() => {
      const { user, system } = process.cpuUsage(last);
      worstMs = Math.max(worstMs, (user + system) / 1000);
      last = process.cpuUsage();
    }, 1);
    const decision = await pdp.decide(input);
    clearInterval(beat);
    assert.equal(decision.effect, "allow");
    assert.ok(worstMs < 120, `the loop stood still for ${worstMs.toFixed(1)} ms`);
  });
}
