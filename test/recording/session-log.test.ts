import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Entry } from "../../src/domain/entry.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { MemoryStore } from "../../src/recording/stores/memory.js";
import { chunk, drain, ended, inDirectory, newKeys, opened, openLog } from "./fixtures.js";

describe("session log", () => {
  it("delivers to a live cursor what was appended, in order, once", async () => {
    const { log } = await openLog();
    const writer = log.begin(opened());
    const cursor = writer.cursor(0);
    const done = drain(cursor);
    for (let index = 0; index < 500; index++) {
      writer.append(chunk(`word ${index} `));
      if (index % 50 === 0) await sleep(1);
    }
    writer.append(ended());
    const entries = await done;
    assert.equal(entries.length, 502);
    assert.deepEqual(
      entries.map((entry) => entry.seq),
      Array.from({ length: 502 }, (_, index) => index + 1),
    );
    assert.equal(entries[0]?.type, "opened");
    assert.equal(cursor.ended, true);
    await log.close();
  });

  it("gives a chunk to no cursor before its commit returned", async () => {
    const store = new MemoryStore();
    const { log } = await openLog({ store });
    const writer = log.begin(opened());
    const cursor = writer.cursor(0);
    assert.deepEqual(cursor.take(10), []);
    assert.equal(writer.committedSeq, 0);
    await writer.committed(1);
    assert.equal(cursor.take(10).length, 1);
    writer.append(chunk("a"));
    assert.deepEqual(cursor.take(10), []);
    await writer.committed(2);
    assert.equal(cursor.take(10).length, 1);
    await log.close();
  });

  it("gives a reader that comes later the very same entries", async () => {
    await inDirectory(async (path) => {
      const keys = newKeys();
      const { log } = await openLog({ store: await openLevelStore({ path }), keys });
      const body = opened();
      const writer = log.begin(body);
      const live = drain(writer.cursor(0));
      const finding = {
        entity: "EMAIL_ADDRESS",
        detector: "pii/email",
        start: 0,
        end: 3,
        action: "mask",
      } as const;
      writer.append(chunk("plain"));
      writer.append(
        chunk("\u00e9\u4e2d\ud83d\ude00 \ud800 lone", { findings: [finding], logprobs: '[{"a":1}]' }),
      );
      writer.append(chunk("x".repeat(100_000), { template: -1, channel: 300 }));
      writer.append({ type: "segment", cause: "review", atMs: 5 });
      writer.append(ended());
      const seen = await live;
      await log.close();
      const again = await openLog({ store: await openLevelStore({ path }), keys });
      const reader = await again.log.reader(writer.session);
      assert.ok(reader);
      assert.equal(reader.live, false);
      assert.equal(reader.lastSeq, 6);
      const read: Entry[] = await drain(reader.cursor({ afterSeq: 0, live: true }));
      assert.deepEqual(read, seen);
      assert.deepEqual(await drain(reader.cursor({ afterSeq: 3, live: false })), seen.slice(3));
      await again.log.close();
    });
  });

  it("lets a cursor that lags fall back to the store and catch up", async () => {
    const { log } = await openLog({ maxLead: 1_000_000 });
    const writer = log.begin(opened());
    const slow = writer.cursor(0);
    for (let index = 0; index < 5000; index++) {
      writer.append(chunk(`w${index}`));
      if (index % 500 === 0) await sleep(1);
    }
    await writer.committed(5001);
    assert.ok(writer.tail.firstSeq > 3000, "the tail is bounded");
    const entries = drain(slow);
    writer.append(chunk("last"));
    writer.append(ended());
    assert.equal((await entries).length, 5003);
    await log.close();
  });

  it("stops the producer maxLead ahead of the fastest live cursor and starts it again", async () => {
    const { log } = await openLog({ maxLead: 10 });
    const writer = log.begin(opened());
    const cursor = writer.cursor(0);
    await writer.committed(1);
    let released = 0;
    writer.onWritable = () => released++;
    for (let index = 0; writer.writable; index++) {
      assert.ok(index < 20);
      writer.append(chunk("a"));
      await writer.committed(writer.lastSeq);
    }
    assert.equal(writer.lastSeq, 10);
    assert.equal(released, 0);
    assert.equal(cursor.take(1000).length, 10);
    await sleep(1);
    assert.equal(released, 1);
    assert.equal(writer.writable, true);
    await log.close();
  });

  it("tells the writer when the last live cursor goes and one comes back", async () => {
    const { log } = await openLog();
    const writer = log.begin(opened());
    const counts: number[] = [];
    writer.onCursors = (count) => counts.push(count);
    const first = writer.cursor(0);
    const second = writer.cursor(0);
    first.close();
    second.close();
    second.close();
    writer.cursor(0);
    assert.deepEqual(counts, [1, 2, 1, 0, 1]);
    await log.close();
  });

  it("ends a session that was open as interrupted, after the part that was recorded", async () => {
    const store = new MemoryStore();
    const keys = newKeys();
    const first = await openLog({ store, keys });
    const writer = first.log.begin(opened());
    writer.append(chunk("before the crash"));
    await writer.committed(2);
    const second = await openLog({ store, keys });
    assert.deepEqual(
      second.notices.map((notice) => notice.kind),
      ["interrupted"],
    );
    const reader = await second.log.reader(writer.session);
    const entries = await drain(reader?.cursor({ afterSeq: 1, live: true }) ?? assert.fail());
    assert.deepEqual(
      entries.map((entry) => entry.type),
      ["chunk", "segment", "ended"],
    );
    const end = entries[2];
    assert.ok(end?.type === "ended");
    assert.equal(end.outcome, "interrupted");
    assert.equal(end.totals.characters, 16);
    await second.log.close();
  });

  it("keeps a session that waited for a review and goes on with it", async () => {
    const store = new MemoryStore();
    const keys = newKeys();
    const first = await openLog({ store, keys });
    const writer = first.log.begin(opened());
    writer.append({
      type: "review_requested",
      approval: "a1",
      policy: "p",
      rule: "r",
      reviewers: [],
      approvalsNeeded: 1,
      expiresAtMs: 1,
    });
    await writer.committed(2);
    const second = await openLog({ store, keys });
    assert.deepEqual([...second.log.parked], [writer.session]);
    const again = await second.log.resume(writer.session);
    again.append(ended());
    const reader = await second.log.reader(writer.session);
    const entries = await drain(reader?.cursor({ afterSeq: 0, live: true }) ?? assert.fail());
    assert.deepEqual(
      entries.map((entry) => entry.type),
      ["opened", "review_requested", "segment", "ended"],
    );
    await assert.rejects(second.log.resume(writer.session), { code: "not_found" });
    await second.log.close();
  });

  it("tells a reader that starts in the middle what it has to know of the entries before", async () => {
    const { log } = await openLog();
    const writer = log.begin(opened());
    writer.append({ type: "template", template: 0, event: null, before: "{", middle: null, after: "}" });
    for (let index = 0; index < 50; index++) writer.append(chunk("x"));
    writer.append({ type: "template", template: 1, event: null, before: "[", middle: null, after: "]" });
    await writer.committed(writer.lastSeq);
    const reader = (await log.reader(writer.session)) ?? assert.fail();
    assert.deepEqual(
      (await reader.context(40)).map(({ seq }) => seq),
      [2],
    );
    assert.deepEqual(
      (await reader.context(53)).map(({ seq }) => seq),
      [2, 53],
    );
    assert.throws(() => reader.cursor({ afterSeq: 54, live: true }), { code: "invalid_request" });
    await log.close();
  });
});
