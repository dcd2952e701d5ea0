import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { SluiceError } from "../../src/domain/errors.js";
import type { SessionLog } from "../../src/recording/session-log.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { mountSmallDisk } from "../support/small-disk.js";
import { chunk, drain, ended, inDirectory, opened, openLog } from "./fixtures.js";

async function until(test: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !test(); waited += 10) {
    assert.ok(waited < 8000, `waited in vain: ${what}`);
    await sleep(10);
  }
}

/** Writes until the log fails; gives what was acknowledged. */
async function writeUntilFailure(log: SessionLog) {
  const writer = log.begin(opened());
  let fault: SluiceError | null = null;
  let cursorFault: SluiceError | null = null;
  writer.onFault = (error) => {
    fault = error;
  };
  const cursor = writer.cursor(0);
  cursor.onFault = (error) => {
    cursorFault = error;
  };
  for (let index = 0; fault === null; index++) {
    assert.ok(index < 20_000);
    writer.append(chunk(`chunk ${index} ${"x".repeat(2000)}`));
    cursor.take(1000);
    if (index % 20 === 0) await sleep(0);
  }
  await sleep(1);
  assert.ok(cursorFault !== null);
  return { writer, acknowledged: writer.committedSeq };
}

describe("a disk that fills", () => {
  it("ends live sessions, loses nothing that was acknowledged, and goes on when there is room", async (test) => {
    await inDirectory(async (path) => {
      const disk = mountSmallDisk(path, "12m");
      if (disk === null) {
        test.skip("mounting a small file system is not permitted here");
        return;
      }
      const hold = setInterval(() => {}, 1000);
      try {
        const { log, notices } = await openLog({
          store: await openLevelStore({ path: join(path, "data") }),
          minFreeBytes: 1 << 20,
        });
        const before = log.begin(opened());
        before.append(ended());
        await before.committed(2);
        await disk.fill();
        const { writer, acknowledged } = await writeUntilFailure(log);
        assert.throws(() => writer.append(chunk("more")), { code: "storage_failed" });
        await assert.rejects(writer.committed(writer.lastSeq), { code: "storage_failed" });
        assert.throws(() => log.begin(opened()), { code: "storage_failed" });
        assert.ok(acknowledged > 10);
        await disk.free();
        await until(() => log.state === "ok", "recovery");
        assert.ok(notices.some(({ kind }) => kind === "recovered"));
        assert.deepEqual(
          notices.filter(({ kind }) => kind === "damage"),
          [],
        );
        const reader = (await log.reader(writer.session)) ?? assert.fail();
        const entries = await drain(reader.cursor({ afterSeq: 0, live: true }));
        assert.ok(entries.length >= acknowledged);
        const end = entries.at(-1);
        assert.ok(end?.type === "ended" && end.outcome === "storage_failed");
        const next = log.begin(opened());
        next.append(ended());
        await next.committed(2);
        assert.deepEqual((await log.verify()).problems, []);
        await log.close();
      } finally {
        clearInterval(hold);
        disk.unmount();
      }
    });
  });

  it("admits nothing new below minFreeBytes, and lets the sessions under way go on", async () => {
    await inDirectory(async (path) => {
      const { log, notices } = await openLog({
        store: await openLevelStore({ path }),
        minFreeBytes: Number.MAX_SAFE_INTEGER,
      });
      assert.throws(() => log.begin(opened()), { code: "overloaded" });
      assert.equal(notices[0]?.kind, "disk_low");
      await log.close();
    });
  });
});
