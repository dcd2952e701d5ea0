import assert from "node:assert/strict";
import { test } from "node:test";
import { LogprobQueue } from "../../src/masking/logprobs.js";
import { SCOPE } from "./fuzz.js";
import { sampleMasking } from "./sample-detectors.js";

const plan = sampleMasking().plan([{ entities: ["*"], action: "mask" }]);

/** Feeds tokens with one entry each and returns the entries that came out, by step. */
function released(tokens: readonly string[]): readonly (readonly string[])[] {
  const masker = plan.open("text", SCOPE);
  const queue = new LogprobQueue<string>();
  const steps = tokens.map((token) => {
    queue.push([{ text: token, native: token }]);
    masker.feed(token);
    return queue.release(masker.releasedInput, masker.covered);
  });
  masker.end();
  return [...steps, queue.release(masker.releasedInput, masker.covered)];
}

test("releases an entry with the last of its characters", () => {
  assert.deepEqual(released(["Hi", " there", ","]), [[], ["Hi"], [" there", ","], []]);
});

test("drops the entries of every token that touches a masked region", () => {
  assert.deepEqual(released(["to ", "jane", "@example", ".com and", " more", " "]).flat(), [
    "to ",
    " more",
    " ",
  ]);
});

test("drops what goes on under a placeholder that is out already", () => {
  const tokens = [
    "key ",
    "-----BEGIN PRIVATE KEY-----",
    "MIIE",
    "abcd",
    "-----END PRIVATE KEY-----",
    " ok",
    ".",
  ];
  assert.deepEqual(released(tokens).flat(), ["key ", " ok", "."]);
});

test("drops a token without text inside a region and keeps one outside", () => {
  const masker = plan.open("text", SCOPE);
  const queue = new LogprobQueue<string>();
  queue.push([
    { text: "a, ", native: "1" },
    { text: "", native: "2" },
    { text: "b ", native: "3" },
    { text: "078-05", native: "4" },
    { text: "", native: "5" },
    { text: "-1120", native: "6" },
  ]);
  masker.feed("a, b 078-05-1120");
  masker.end();
  assert.deepEqual(queue.release(masker.releasedInput, masker.covered), ["1", "2", "3"]);
  assert.equal(queue.size, 0);
});
