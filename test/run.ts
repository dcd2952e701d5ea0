/**
 * Runs every test file of the project through Node's own runner, which closes with its summary. Arguments
 * narrow the files: `npm run test:only -- masking` takes those whose path holds the word.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const words = process.argv.slice(2);
const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join("test", name))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) {
  console.error("No test file fits; the run would show nothing.");
  process.exit(1);
}

run({ files, concurrency: 2, timeout: 600_000 })
  .on("test:fail", (event) => {
    // A failed to-do is not a failure; there are none in this project, and there should be none.
    if (event.todo === undefined || event.todo === false) process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
