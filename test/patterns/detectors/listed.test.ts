import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOM = new URL("../../../src/patterns/", import.meta.url);

for (const { folder, listed } of [
  { folder: "detectors/", listed: (file: string) => /^(?:pii|secrets)-/.test(file) },
  {
    folder: "validators/",
    listed: (file: string) => !["digits.ts", "calendar.ts", "characters.ts"].includes(file),
  },
  { folder: "importers/", listed: (file: string) => ["gitleaks.ts", "presidio.ts"].includes(file) },
]) {
  test(`every file of ${folder} is listed in its index`, () => {
    const index = readFileSync(new URL(`${folder}index.ts`, ROOM), "utf8");
    const files = readdirSync(new URL(folder, ROOM)).filter((file) => file !== "index.ts" && listed(file));
    assert.ok(files.length > 0);
    for (const file of files) assert.ok(index.includes(`"./${file.replace(/\.ts$/, ".js")}"`), file);
  });
}
