import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { SessionId } from "../../src/domain/session-id.js";
import { LedgerStream } from "../../src/recording/ledger-stream.js";
import type { SessionLog } from "../../src/recording/session-log.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { seeded } from "../support/seeded.js";
import { chunk, ended, inDirectory, newKeys, opened, openLog } from "./fixtures.js";

const BY = { issuer: "https://login.test", subject: "grace.hopper" };

async function write(
  log: SessionLog,
  word: string,
  changes: Parameters<typeof opened>[0] = {},
): Promise<SessionId> {
  const writer = log.begin(
    opened({ model: `model-${word}`, labels: { project: `label-${word}` }, ...changes }),
  );
  const finding = { entity: `ENTITY_${word}`, detector: "x", start: 0, end: 1, action: "mask" } as const;
  for (let index = 0; index < 30; index++) writer.append(chunk(`${word} ${index}`, { findings: [finding] }));
  writer.append(ended());
  await writer.committed(writer.lastSeq);
  return writer.session;
}

async function namesHolding(path: string, text: string): Promise<string[]> {
  const holding: string[] = [];
  for (const name of await readdir(path)) {
    const bytes = await readFile(join(path, name));
    if (bytes.includes(text) || bytes.includes(Buffer.from(text, "utf16le"))) holding.push(name);
  }
  return holding;
}

describe("deletion", () => {
  it("leaves nothing of a session in any byte of the directory but its id, hashes and the act", async () => {
    await inDirectory(async (path) => {
      const store = await openLevelStore({ path });
      const { log } = await openLog({ store });
      const kept = await write(log, "keepme");
      const gone = await write(log, "forgetme", {
        principal: { ...opened().principal, subject: "forgetme.subject" },
      });
      assert.ok((await namesHolding(path, "forgetme")).length > 0);
      await log.delete(gone, BY);
      assert.deepEqual(await namesHolding(path, "forgetme"), []);
      assert.deepEqual(await namesHolding(path, BY.subject), []);
      // Read, not searched for: tables are compressed, and an id shares its beginning with its neighbours.
      const witnessed: string[] = [];
      await new LedgerStream(store).readOn((record) => witnessed.push(JSON.stringify(record)));
      assert.ok(witnessed.some((record) => record.includes(gone) && record.includes("deleted")));
      assert.equal(await log.reader(gone), null);
      assert.equal(await log.summary(gone), null);
      assert.deepEqual(
        (await log.list({}, { limit: 10 })).items.map(({ session }) => session),
        [kept],
      );
      await assert.rejects(log.delete(gone, BY), { code: "not_found" });
      assert.deepEqual((await log.verify()).problems, []);
      await log.close();
    });
  });

  it("leaves nothing among megabytes of other sessions, in tables of every level", async () => {
    await inDirectory(async (path) => {
      const store = await openLevelStore({ path });
      const { log } = await openLog({ store });
      const random = seeded(5);
      const noise = (): string => Array.from({ length: 150 }, () => random().toString(36).slice(2)).join("");
      const gone: SessionId[] = [];
      for (let index = 0; index < 60; index++) {
        const word = index % 10 === 3 ? `forgetme-${index}` : `keep-${index}`;
        const writer = log.begin(opened({ labels: { project: word } }));
        for (let at = 0; at < 100; at++) {
          // What does not repeat is not compressed away, so that a search for it finds what is there.
          writer.append(chunk(`${word}-${noise()}`));
          if (at % 20 === 0) await writer.committed(writer.lastSeq);
        }
        writer.append(ended());
        await writer.committed(writer.lastSeq);
        if (word.startsWith("forgetme")) gone.push(writer.session);
      }
      await store.reopen();
      const tables = (await readdir(path)).filter((name) => name.endsWith(".ldb"));
      assert.ok(tables.length > 1, `${tables.length} tables`);
      assert.ok((await namesHolding(path, "forgetme")).length > 0);
      for (const session of gone) await log.delete(session, BY);
      assert.deepEqual(await namesHolding(path, "forgetme"), []);
      assert.ok((await namesHolding(path, "keep-")).length > 0);
      assert.deepEqual((await log.verify()).problems, []);
      await log.close();
    });
  });

  it("goes on writing while a deletion reopens the store", async () => {
    await inDirectory(async (path) => {
      const { log } = await openLog({ store: await openLevelStore({ path }) });
      const gone = await write(log, "forgetme");
      const writer = log.begin(opened());
      await assert.rejects(log.delete(writer.session, BY), { code: "conflict" });
      const deleted = log.delete(gone, BY);
      for (let index = 0; index < 200; index++) {
        writer.append(chunk("x"));
        await writer.committed(writer.lastSeq);
      }
      await deleted;
      writer.append(ended());
      await writer.committed(writer.lastSeq);
      assert.deepEqual((await log.verify()).problems, []);
      await log.close();
    });
  });

  it("lets go of what is too old, and of the oldest when there is too much", async () => {
    await inDirectory(async (path) => {
      const { log } = await openLog({ store: await openLevelStore({ path }) });
      const now = Date.now();
      await write(log, "ancientone", { openedAtMs: now - 10_000_000 });
      const recent = await write(log, "recentone");
      assert.equal(await log.retain({ maxAgeMs: 5_000_000 }), 1);
      assert.deepEqual(await namesHolding(path, "ancientone"), []);
      assert.equal(await log.retain({ maxAgeMs: 5_000_000, maxBytes: 1 << 30 }), 0);
      assert.deepEqual(
        (await log.list({}, { limit: 10 })).items.map(({ session }) => session),
        [recent],
      );
      assert.equal(await log.retain({ maxBytes: 10 }), 1);
      assert.deepEqual((await log.verify()).problems, []);
      await log.close();
    });
  });

  it("erases every session of a principal and of nobody else", async () => {
    const { log } = await openLog({ keys: newKeys() });
    const other = await write(log, "a", { principal: { ...opened().principal, subject: "somebody" } });
    await write(log, "b");
    await write(log, "c");
    assert.equal(await log.erase({ issuer: "https://login.test", subject: "ada.lovelace" }, BY), 2);
    assert.deepEqual(
      (await log.list({}, { limit: 10 })).items.map(({ session }) => session),
      [other],
    );
    await log.close();
  });
});
