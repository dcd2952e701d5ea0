import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const GOLDEN = join(import.meta.dirname, "../golden/demo.txt");

/** What differs from run to run is replaced by its kind. */
function normalised(output: string): string {
  return output
    .replace(/data in \S+,/, "data in FOLDER,")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replace(/demo\.yaml [0-9a-f]{8}/, "demo.yaml VERSION")
    .replace(/\d+ rules/, "N rules")
    .replace(/\d+\.\d s\b/g, "N s")
    .replace(/session [0-9a-f]{8}/g, "session ID")
    .replace(/replay [0-9a-f-]{8,36} /, "replay ID ");
}

function run(): Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts", "demo", "--fast", "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
    timeout: 60_000,
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (bytes) => {
    output += bytes;
  });
  child.stderr.on("data", (bytes) => {
    errors += bytes;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output, errors })));
}

test("the demo without a terminal runs through its four scenes, as recorded, and exits with 0", async () => {
  const { code, output, errors } = await run();
  assert.equal(errors, "");
  assert.equal(normalised(output), readFileSync(GOLDEN, "utf8"));
  assert.equal(code, 0);
  assert.doesNotMatch(output, /customer@example\.com refunded|4111 1111 1111 1111/);
});
