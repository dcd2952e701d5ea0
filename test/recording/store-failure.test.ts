import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SluiceError } from "../../src/domain/errors.js";
import type { SessionId } from "../../src/domain/session-id.js";
import { pageKey, pageRange, sessionBytes } from "../../src/recording/keys.js";
import { MemoryStore } from "../../src/recording/stores/memory.js";
import type { StoreBatch } from "../../src/recording/stores/store.js";
import { chunk, drain, ended, opened, openLog } from "./fixtures.js";

/** A store whose writes fail while it is broken, and that may forget what it acknowledged when it is
 *  reopened, as LevelDB was seen to do. */
class FragileStore extends MemoryStore {
  isBroken = false;
  reopened = 0;
  forgets: SessionId | null = null;

  override batch(): StoreBatch {
    const batch = super.batch();
    const commit = (sync: boolean) => batch.commit(sync);
    return {
      ...batch,
      commit: async (sync) => {
        if (this.isBroken) throw new SluiceError("storage_failed", "no space");
        await commit(sync);
      },
    };
  }

  override async reopen(): Promise<void> {
    this.reopened++;
    if (this.forgets === null) return;
    const pages = await this.range({
      ...pageRange(sessionBytes(this.forgets)),
      limit: 1,
      maxBytes: 1,
      reverse: true,
    });
    const batch = super.batch();
    for (const { key } of pages) batch.remove(key);
    await batch.commit(false);
    this.forgets = null;
  }
}

async function failing(forget: boolean) {
  const store = new FragileStore();
  const { log, notices } = await openLog({ store });
  const writer = log.begin(opened());
  const cursor = writer.cursor(0);
  await writer.committed(1);
  cursor.take(10);
  writer.append(chunk("acknowledged"));
  await writer.committed(2);
  const faults: string[] = [];
  writer.onFault = (error) => faults.push(`writer ${error.code}`);
  cursor.onFault = (error) => faults.push(`cursor ${error.code}`);
  store.isBroken = true;
  if (forget) store.forgets = writer.session;
  writer.append(chunk("never"));
  await sleep(20);
  assert.deepEqual(faults.sort(), ["cursor storage_failed", "writer storage_failed"]);
  assert.throws(() => log.begin(opened()), { code: "storage_failed" });
  const hold = setInterval(() => {}, 1000);
  await sleep(250);
  assert.throws(
    () => log.begin(opened()),
    { code: "storage_failed" },
    "it goes on trying while the store is broken",
  );
  store.isBroken = false;
  for (let waited = 0; log.state !== "ok" && waited < 5000; waited += 10) await sleep(10);
  clearInterval(hold);
  assert.ok(store.reopened >= 2);
  return { log, notices, writer };
}

describe("a store that fails", () => {
  it("is reopened until it works; the sessions end as storage_failed after what was acknowledged", async () => {
    const { log, notices, writer } = await failing(false);
    assert.deepEqual(
      notices.filter(({ kind }) => kind === "damage"),
      [],
    );
    const reader = (await log.reader(writer.session)) ?? assert.fail();
    const entries = await drain(reader.cursor({ afterSeq: 0, live: true }));
    assert.deepEqual(
      entries.map(({ type }) => type),
      ["opened", "chunk", "segment", "ended"],
    );
    const next = log.begin(opened());
    next.append(ended());
    await next.committed(2);
    assert.deepEqual((await log.verify()).problems, []);
    await log.close();
  });

  it("that lost what it acknowledged is found out, and the loss is reported", async () => {
    const { log, notices, writer } = await failing(true);
    const damage = notices.filter(({ kind }) => kind === "damage");
    assert.equal(damage.length, 1);
    assert.equal(damage[0]?.session, writer.session);
    assert.match(damage[0]?.message ?? "", /Entry 2 of session .* is gone/);
    const reader = (await log.reader(writer.session)) ?? assert.fail();
    const entries = await drain(reader.cursor({ afterSeq: 0, live: true }));
    assert.deepEqual(
      entries.map(({ type }) => type),
      ["opened"],
      "no ending covers it up",
    );
    await log.close();
  });

  it("that damaged an unfinished session is reported at the start, and the log is left as it is", async () => {
    const store = new MemoryStore();
    const first = await openLog({ store });
    const writer = first.log.begin(opened());
    await writer.committed(1);
    writer.append(chunk("to be damaged"));
    await writer.committed(2);
    const key = pageKey(sessionBytes(writer.session), 2);
    const [page] = await store.getMany([key]);
    const damaged = Buffer.from(page ?? assert.fail());
    damaged.write("T", damaged.indexOf("to be"));
    const batch = store.batch();
    batch.put(key, damaged);
    await batch.commit(false);
    const { log, notices } = await openLog({ store });
    assert.deepEqual(
      notices.map(({ kind }) => kind),
      ["damage"],
    );
    assert.match(notices[0]?.message ?? "", /entry 2 does not fit the chain \(key 73/);
    const reader = (await log.reader(writer.session)) ?? assert.fail();
    await assert.rejects(drain(reader.cursor({ afterSeq: 0, live: true })), { code: "storage_failed" });
    await log.close();
  });
});
