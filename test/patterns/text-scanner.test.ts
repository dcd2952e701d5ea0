import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { TextScanner } from "../../src/patterns/text-scanner.js";

const scanner = new TextScanner([
  { id: "project", pattern: "project (alder|birch)" },
  { id: "topic", words: ["insider trading", "caf\u00e9", "\u682a\u4fa1"] },
  { id: "exact", pattern: "ABC\\d+", ignoreCase: false },
]);
const found = (text: string): readonly string[] =>
  scanner.scanAll(text).map(({ rule, start, end }) => `${rule}:${text.slice(start, end)}`);

test("finds patterns and words in any case, with the spans of the text", () => {
  assert.deepEqual(found("About Project ALDER and insider-trading."), [
    "project:ALDER",
    "topic:insider-trading",
  ]);
  assert.deepEqual(found("abc1 ABC123"), ["exact:ABC123"]);
});

test("asks for whole words where the script has them", () => {
  assert.deepEqual(found("cafeteria caf\u00e9s CAF\u00c9"), ["topic:CAF\u00c9"]);
  assert.deepEqual(found("\u4eca\u65e5\u306e\u682a\u4fa1\u306f"), ["topic:\u682a\u4fa1"]);
});

test("reads through disguises", () => {
  assert.deepEqual(found("pro\u200bject \uff42irch"), ["project:\uff42irch"]);
  assert.deepEqual(found("project **birch**"), ["project:birch"]);
  assert.deepEqual(found("project &#98;irch").length, 1);
});

test("gives the same spans whatever the slices", () => {
  const text = "x project alder \u{1f600} caf\u00e9 ".repeat(20);
  const whole = scanner.scanAll(text);
  assert.equal(whole.length, 40);
  for (const sliceChars of [1, 2, 7, 64]) {
    const sliced = [...scanner.scan(text, { sliceChars })].flat();
    for (const match of whole)
      assert.ok(sliced.some((each) => each.start === match.start && each.end === match.end));
  }
});

test("yields within milliseconds on a long hostile text", () => {
  const many = new TextScanner(
    Array.from({ length: 50 }, (_, index) => ({
      id: `r${index}`,
      pattern: `[a-z]{${index},60}x${index}y|\\d[\\d ]{8,30}z`,
    })),
  );
  const text = Array.from(
    { length: 60_000 },
    (_, index) => "abcdefghijxyz0123456789 "[(index * index * 31 + index) % 24],
  ).join("");
  let worst = 0;
  let last = performance.now();
  let used = process.cpuUsage();
  for (const _ of many.scan(text)) {
    // What other processes took from this one is no part of the slice.
    const { user, system } = process.cpuUsage(used);
    worst = Math.max(worst, Math.min(performance.now() - last, (user + system) / 1e3));
    last = performance.now();
    used = process.cpuUsage();
  }
  assert.ok(worst < 100, `a slice took ${worst.toFixed(1)} ms`);
});

test("refuses rules that say nothing or cannot be compiled, by name", () => {
  assert.throws(() => new TextScanner([{ id: "empty" }]), /rule empty: give a pattern or words/);
  assert.throws(() => new TextScanner([{ id: "none", words: [" "] }]), /rule none/);
  assert.throws(() => new TextScanner([{ id: "bad", pattern: "(a" }]), /bad#0: the pattern is not valid/);
});
