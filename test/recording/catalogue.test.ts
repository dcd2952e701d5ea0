import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SessionFilter } from "../../src/recording/catalogue.js";
import { areaRange, FORMAT_KEY } from "../../src/recording/keys.js";
import type { SessionLog } from "../../src/recording/session-log.js";
import { MemoryStore } from "../../src/recording/stores/memory.js";
import { chunk, ended, newKeys, newSession, opened, openLog } from "./fixtures.js";

async function fill(log: SessionLog, count: number): Promise<string[]> {
  const sessions: string[] = [];
  const startMs = Date.now() - count * 1000;
  for (let at = 0; at < count; at++) {
    const openedAtMs = startMs + at * 1000;
    const principal = { ...opened().principal, subject: `user-${at % 7}`, team: `team-${at % 3}` };
    const writer = log.begin(opened({ openedAtMs, session: newSession(openedAtMs), principal }));
    const effect = at % 5 === 0 ? "deny" : "allow";
    writer.append({
      type: "decided",
      effect,
      reasons: [],
      policyVersion: "v",
      obligations: "{}",
      atRelease: false,
    });
    const finding = {
      entity: at % 11 === 0 ? "IBAN_CODE" : "PERSON",
      detector: "d",
      start: 0,
      end: 1,
      action: "mask",
    } as const;
    writer.append(chunk("x", { findings: [finding] }));
    if (at !== count - 1) writer.append(ended());
    await writer.committed(writer.lastSeq);
    sessions.push(writer.session);
  }
  return sessions;
}

async function all(log: SessionLog, filter: SessionFilter, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | null = null, pages = 0; ; pages++) {
    assert.ok(pages < 500);
    const page: Awaited<ReturnType<SessionLog["list"]>> = await log.list(filter, { after, limit });
    assert.ok(page.items.length <= limit);
    found.push(...page.items.map(({ session }) => session));
    after = page.next;
    if (after === null) return found;
  }
}

describe("list of sessions", () => {
  it("finds by every filter and their intersections what looking at all would find, in pages", async () => {
    const { log } = await openLog();
    const sessions = await fill(log, 120);
    const expected = (test: (at: number) => boolean): string[] =>
      sessions.filter((_, at) => test(at)).reverse();
    const who = (at: number) => [{ issuer: "https://login.test", subject: `user-${at}` }];
    const cases: [SessionFilter, (at: number) => boolean][] = [
      [{}, () => true],
      [{ teams: ["team-1"] }, (at) => at % 3 === 1],
      [{ teams: ["team-1", "team-2"] }, (at) => at % 3 !== 0],
      [{ principals: who(3) }, (at) => at % 7 === 3],
      [
        { principals: who(3), teams: ["team-0"], decisions: ["allow"] },
        (at) => at % 7 === 3 && at % 3 === 0 && at % 5 !== 0,
      ],
      [{ entities: ["IBAN_CODE"], decisions: ["deny"] }, (at) => at % 55 === 0],
      [{ ends: ["live"] }, (at) => at === 119],
      [{ ends: ["complete"] }, (at) => at !== 119],
      [{ connections: ["nowhere"] }, () => false],
      [{ teams: [] }, () => false],
      [{ fromMs: 0, toMs: 1000 }, () => false],
    ];
    for (const [filter, test] of cases) {
      for (const limit of [1, 7, 1000]) assert.deepEqual(await all(log, filter, limit), expected(test));
    }
    await log.close();
  });

  it("finds by time", async () => {
    const { log } = await openLog();
    const sessions = await fill(log, 20);
    const tenth =
      (await log.summary((await log.list({}, { limit: 11 })).items[10]?.session as never))?.openedAtMs ?? 0;
    assert.deepEqual(await all(log, { fromMs: tenth }, 100), sessions.slice(9).reverse());
    assert.deepEqual(await all(log, { toMs: tenth }, 100), sessions.slice(0, 9).reverse());
    await log.close();
  });

  it("finds all of them where summaries are large", async () => {
    const { log } = await openLog();
    for (let at = 0; at < 100; at++) {
      const writer = log.begin(opened({ model: "m".repeat(20_000) }));
      writer.append(ended());
      await writer.committed(writer.lastSeq);
    }
    for (const limit of [7, 1000]) assert.equal((await all(log, {}, limit)).length, 100);
    await log.close();
  });

  it("puts no name into a key", async () => {
    const store = new MemoryStore();
    const { log } = await openLog({ store });
    await fill(log, 5);
    for (const { key } of await store.range({
      from: Buffer.of(0),
      to: Buffer.of(255),
      limit: 1000,
      maxBytes: 1e9,
    })) {
      assert.doesNotMatch(key.toString("latin1"), /user|team|openai|PERSON|allow/);
    }
    await log.close();
  });
});

describe("format", () => {
  it("is upgraded from version 1, whose lists had no index", async () => {
    const store = new MemoryStore();
    const keys = newKeys();
    const first = await openLog({ store, keys });
    const sessions = await fill(first.log, 10);
    await first.log.close();
    const before = await all((await openLog({ store, keys })).log, { teams: ["team-1"] }, 100);
    const batch = store.batch();
    for (const area of ["summary", "index", "unfinished"] as const) {
      for (const { key } of await store.range({ ...areaRange(area), limit: 1000, maxBytes: 1e9 }))
        batch.remove(key);
    }
    const [format] = await store.getMany([FORMAT_KEY]);
    batch.put(FORMAT_KEY, Buffer.from(format?.toString().replace('"version":2', '"version":1') ?? ""));
    await batch.commit(false);
    const { log } = await openLog({ store, keys });
    assert.equal(log.format.version, 2);
    assert.deepEqual(await all(log, {}, 100), [...sessions].reverse());
    assert.deepEqual(await all(log, { teams: ["team-1"] }, 100), before);
    assert.deepEqual((await log.verify()).problems, []);
    await log.close();
  });

  it("is refused when it is newer than the program, or none at all", async () => {
    for (const value of ['{"version":3,"store":"x","createdAtMs":0}', "nonsense"]) {
      const store = new MemoryStore();
      const batch = store.batch();
      batch.put(FORMAT_KEY, Buffer.from(value));
      await batch.commit(false);
      await assert.rejects(openLog({ store }), { code: "invalid_config" });
    }
  });
});
