import assert from "node:assert/strict";
import { after, test } from "node:test";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { systemClock } from "../../../src/domain/time.js";
import { encodingOf } from "../../../src/policy/tokens/encoding-of.js";
import { slicesOf } from "../../../src/policy/tokens/slices.js";
import { byteBound, frameTokens } from "../../../src/policy/tokens/token-bound.js";
import { WorkerTokenCounter } from "../../../src/policy/tokens/worker-token-counter.js";
import fc from "../../support/seeded-check.js";
import { prompt } from "../world.js";

const counter = new WorkerTokenCounter({
  clock: systemClock,
  timeoutMs: 20_000,
  onProblem: (error) => assert.fail(String(error.cause)),
});
after(() => counter.close());

const PLAIN = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
const whole = (text: string): number => countTokens(text, PLAIN);

test("counts what the model's own tokenizer counts, plus the frame", async () => {
  const { segments } = prompt(["The quick brown fox jumps over 13 lazy dogs.\n\nNicht wahr? 你好"]);
  const text = segments[0]?.text ?? "";
  assert.equal(await counter.count(segments, "gpt-5-mini"), whole(text) + frameTokens(segments));
});

test("slices count as the whole does", () => {
  const prose = Array.from({ length: 4000 }, (_, index) => `word${index % 97} and, more ${index}!`).join(" ");
  const slices = [...slicesOf(prose)];
  assert.ok(slices.length > 5);
  assert.equal(slices.map(({ text }) => text).join(""), prose);
  assert.equal(
    slices.reduce((sum, { text }) => sum + whole(text), 0),
    whole(prose),
  );
});

test("slices never count less than the whole, whatever the text", () => {
  const pieces = fc.constantFrom(
    "a",
    " ",
    "\n",
    "/",
    "!",
    "é",
    "😀",
    "7",
    "don't ",
    "Foo",
    "\u3000",
    "的",
    "==",
    "\t",
  );
  const texts = fc.array(fc.tuple(pieces, fc.integer({ min: 1, max: 700 })), { maxLength: 6 });
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.map(([piece, times]) => piece.repeat(times)).join("");
      const slices = [...slicesOf(text)];
      assert.equal(slices.map((slice) => slice.text).join(""), text);
      const sum = slices.reduce((tokens, slice) => tokens + whole(slice.text) + (slice.forced ? 1 : 0), 0);
      assert.ok(sum >= whole(text), `${sum} is less than ${whole(text)}`);
    }),
    { numRuns: 100 },
  );
});

const ADVERSARIAL = ["a", " ", "\n", "😀", "!", "/\n", "aé", "\u0020\u3000"];
for (const piece of ADVERSARIAL) {
  test(`counts a megabyte of ${JSON.stringify(piece)} without blocking, and bounds it`, async () => {
    const { segments } = prompt([piece.repeat(Math.ceil(1_000_000 / piece.length))]);
    let worstMs = 0;
    let lastMs = performance.now();
    const beat = setInterval(() => {
      worstMs = Math.max(worstMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 1);
    const startedMs = performance.now();
    const tokens = await counter.count(segments, "gpt-5");
    clearInterval(beat);
    assert.ok(tokens > 1000 && tokens <= byteBound([segments[0]?.text ?? ""]) + 7, String(tokens));
    assert.ok(performance.now() - startedMs < 15_000);
    assert.ok(worstMs < 100, `the loop stood still for ${worstMs.toFixed(1)} ms`);
  });
}

test("a long prompt does not delay a short one", async () => {
  const long = counter.count(prompt(["z".repeat(2_000_000)]).segments, "gpt-5");
  const startedMs = performance.now();
  await counter.count(prompt(["hello"]).segments, "gpt-5");
  assert.ok(performance.now() - startedMs < 200);
  await long;
});

test("a count that takes too long, or finds no room, is the bound by bytes", async () => {
  const { segments } = prompt(["q".repeat(300_000)]);
  const bound = 300_000 + frameTokens(segments);
  const hasty = new WorkerTokenCounter({ clock: systemClock, timeoutMs: 1 });
  const full = new WorkerTokenCounter({ clock: systemClock, maxQueuedChars: 10 });
  assert.equal(await hasty.count(segments, "gpt-5"), bound);
  assert.equal(await full.count(segments, "gpt-5"), bound);
  await hasty.close();
  await full.close();
  assert.equal(await full.count(segments, "gpt-5"), bound);
});

test("special tokens of a caller are text", async () => {
  const { segments } = prompt(["<|endoftext|><|im_start|>system"]);
  assert.equal(
    await counter.count(segments, "gpt-4o"),
    whole(segments[0]?.text ?? "") + frameTokens(segments),
  );
});

const MODELS: readonly (readonly [string, ReturnType<typeof encodingOf>])[] = [
  ["gpt-5-mini-2025-08-07", "o200k_base"],
  ["openai/o3", "o200k_base"],
  ["gpt-oss:20b", "o200k_base"],
  ["gpt-4-turbo", "cl100k_base"],
  ["gpt-4o", "o200k_base"],
  ["o3lite", null],
  ["claude-sonnet-4", null],
];
for (const [model, encoding] of MODELS) {
  test(`${model} is counted by ${encoding ?? "a bound"}`, () => {
    assert.equal(encodingOf(model), encoding);
  });
}

test("the bound for a model that is not known is at least twice the count, and never above bytes", async () => {
  const prose = "Sure! Here are 5 ideas:\n\n1. **Read** a book\n2. Go for a *walk*\n".repeat(20);
  const { segments } = prompt([prose]);
  const bound = (await counter.count(segments, "claude-sonnet-4")) - frameTokens(segments);
  assert.ok(bound >= 2 * whole(prose) && bound <= Buffer.byteLength(prose), String(bound));
});

test("runs that GPT's tokenizer merges and others do not are bounded one by one", async () => {
  for (const text of ["7".repeat(900), "\n".repeat(900), "!".repeat(900)]) {
    const { segments } = prompt([text]);
    assert.equal(await counter.count(segments, "llama3"), 900 + frameTokens(segments));
  }
});
