import assert from "node:assert/strict";
import { test } from "node:test";
import { invocation } from "../../src/cli/invocation.js";
import { LineWrap } from "../../src/cli/line-wrap.js";

test("hints call the command line as it was called", () => {
  assert.equal(invocation("/home/ada/sluice/dist/main.js", "/home/ada/sluice"), "node dist/main.js");
  assert.equal(invocation("/home/ada/sluice/dist/main.js", "/srv"), "node /home/ada/sluice/dist/main.js");
  assert.equal(invocation("/home/ada/app/node_modules/.bin/sluice", "/home/ada/app"), "npx sluice");
  assert.equal(invocation("/home/ada/app/node_modules/sluice/dist/main.js", "/home/ada/app"), "npx sluice");
  assert.equal(invocation("/usr/local/bin/sluice", "/srv"), "sluice");
});

test("wraps between words, however the text was cut", () => {
  const text = "Q3 revenue was 48.2 million, up 12 percent on the year";
  for (const size of [1, 3, 7, text.length]) {
    const wrap = new LineWrap(20, "  ");
    const pieces = text.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
    const lines = pieces
      .map((piece) => wrap.next(piece))
      .join("")
      .split("\n");
    assert.equal(lines.map((line) => line.trim()).join(" "), text);
  }
  const whole = new LineWrap(20, "  ").next(text).split("\n");
  assert.deepEqual(whole, ["Q3 revenue was 48.2", "  million, up 12", "  percent on the year"]);
});
