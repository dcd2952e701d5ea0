import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { anchorFile } from "../../src/recording/anchor-exporter.js";
import { recordKeysOf } from "../../src/recording/record-keys.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { verifyDirectory } from "../../src/recording/verify-directory.js";
import { KeyRing } from "../../src/sealing/key-ring.js";
import { chunk, ended, inDirectory, opened, openLog } from "./fixtures.js";

describe("anchors", () => {
  it("go to a file at the start, at every interval and at the end, and prove the directory", async () => {
    await inDirectory(async (path) => {
      const ring = await KeyRing.open({
        dir: join(path, "keys"),
        randomBytes: (count) => randomBytes(count),
      });
      const keys = recordKeysOf(ring);
      const data = join(path, "data");
      const file = join(path, "anchors.ndjson");
      const { log } = await openLog({
        store: await openLevelStore({ path: data }),
        keys,
        anchors: { sinks: [anchorFile(file)], everyMs: 20 },
      });
      const writer = log.begin(opened());
      writer.append(chunk("x"));
      await sleep(120);
      writer.append(ended());
      await log.close();
      const lines = (await readFile(file, "utf8")).trim().split("\n");
      assert.ok(lines.length >= 4, `${lines.length} lines`);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const report = await verifyDirectory({ path: data, anchorFile: file, signing: ring.signing });
      assert.deepEqual(report.problems, []);
      assert.deepEqual(report.unknown, []);
      assert.equal(report.anchoredSeq, report.ledgerRecords);
      const missing = { path: join(path, "none"), anchorFile: null, signing: null };
      await assert.rejects(verifyDirectory(missing), { code: "invalid_config" });
    });
  });

  it("that reach no place are reported, and the gateway goes on", async () => {
    const sinks = [async () => Promise.reject(new Error("no route"))];
    const { log, notices } = await openLog({ anchors: { sinks, everyMs: 60_000 } });
    await sleep(20);
    assert.ok(notices.some(({ kind }) => kind === "anchor_failed"));
    assert.equal(log.state, "ok");
    await log.close();
  });
});
