import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../../src/domain/json.js";
import { atOnce } from "../../src/domain/pace.js";
import { jsonText } from "../../src/pipeline/json-text.js";
import fc from "../support/seeded-check.js";

test("writes what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json: JsonValue = JSON.parse(JSON.stringify(value));
      assert.equal(atOnce(jsonText(json)), JSON.stringify(json));
    }),
  );
});

test("writes long strings alike, wherever surrogates fall", () => {
  for (let before = 0; before < 4; before++) {
    const text = `${"x".repeat(before)}${"\u{1f600}".repeat(40_000)}\ud83d"\\\n${"\ud83d".repeat(9)}`;
    assert.equal(atOnce(jsonText({ text })), JSON.stringify({ text }));
  }
});

test("comes in many steps when it is long", () => {
  const list = Array.from({ length: 10_000 }, (_, index) => ({ role: "user", content: `message ${index}` }));
  const steps = [...jsonText(list)].length;
  assert.ok(steps > 50, `${steps} steps`);
});
