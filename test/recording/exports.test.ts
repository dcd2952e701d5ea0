import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exportAsciicast } from "../../src/recording/export-asciicast.js";
import { verifyExport } from "../../src/recording/export-ndjson.js";
import { outlineOf } from "../../src/recording/outline.js";
import { chunk, ended, newKeys, opened, openLog } from "./fixtures.js";

async function recorded() {
  const keys = newKeys();
  const { log } = await openLog({ keys });
  const writer = log.begin(opened());
  const finding = { entity: "EMAIL_ADDRESS", detector: "x", start: 0, end: 1, action: "mask" } as const;
  writer.append({
    type: "decided",
    effect: "allow",
    reasons: [],
    policyVersion: "v",
    obligations: "{}",
    atRelease: false,
  });
  writer.append(chunk("line one\nand \u001b[31m red "));
  writer.append(chunk("<EMAIL_ADDRESS>", { findings: [finding] }));
  writer.append(ended());
  await writer.committed(writer.lastSeq);
  const reader = (await log.reader(writer.session)) ?? assert.fail();
  const lines: string[] = [];
  for await (const line of log.exportNdjson(writer.session)) lines.push(line);
  return { log, keys, reader, lines };
}

describe("NDJSON export", () => {
  it("verifies without the store, with the signature", async () => {
    const { keys, lines, log } = await recorded();
    const report = await verifyExport(lines, keys.signing);
    assert.equal(report.problem, null);
    assert.equal(report.records, 5);
    assert.equal(report.signature, "valid");
    assert.equal((await verifyExport(lines)).signature, "unknown");
    assert.equal((await verifyExport(lines, newKeys().signing)).signature, "invalid");
    await log.close();
  });

  it("does not verify with a line changed, left out, moved or cut off", async () => {
    const { lines, log } = await recorded();
    const variants = [
      lines.map((line) => line.replace("line one", "line two")),
      lines.filter((_, index) => index !== 3),
      [...lines.slice(0, 2), lines[3] ?? "", lines[2] ?? "", ...lines.slice(4)],
      lines.slice(0, -1),
      lines.slice(1),
      [...lines, lines[2] ?? ""],
    ];
    for (const variant of variants) assert.equal((await verifyExport(variant)).ok, false);
    await log.close();
  });
});

describe("asciicast export", () => {
  it("is version 3, carries the text, and steers no terminal", async () => {
    const { reader, log } = await recorded();
    const lines: unknown[] = [];
    for await (const line of exportAsciicast(reader)) lines.push(JSON.parse(line));
    const [header, ...events] = lines;
    assert.ok(typeof header === "object" && header !== null && "version" in header && header.version === 3);
    const outputs = events.filter((event): event is [number, string, string] => Array.isArray(event));
    const text = outputs
      .filter(([, code]) => code === "o")
      .map(([, , data]) => data)
      .join("");
    assert.equal(text, "line one\r\nand <U+001B>[31m red <EMAIL_ADDRESS>");
    assert.deepEqual(outputs.at(-1)?.slice(1), ["x", "0"]);
    await log.close();
  });
});

describe("outline", () => {
  it("has events and a density, and no text", async () => {
    const { reader, log } = await recorded();
    const outline = await outlineOf(reader);
    assert.deepEqual(
      outline.events.map(({ type, detail }) => `${type} ${detail}`),
      ["opened null", "decided allow", "first_chunk null", "mask EMAIL_ADDRESS", "ended complete"],
    );
    assert.equal(
      outline.chunks.reduce((sum, count) => sum + count, 0),
      2,
    );
    assert.ok(outline.characters.length <= 500);
    assert.equal(JSON.stringify(outline).includes("line one"), false);
    await log.close();
  });
});
