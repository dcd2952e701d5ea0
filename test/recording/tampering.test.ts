import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { SessionId } from "../../src/domain/session-id.js";
import { CHAIN_START } from "../../src/recording/chain.js";
import { ledgerKey, pageKey, seqOfPageKey, sessionBytes } from "../../src/recording/keys.js";
import { PageBuilder } from "../../src/recording/page.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { MemoryStore } from "../../src/recording/stores/memory.js";
import type { Store } from "../../src/recording/stores/store.js";
import { verifyStore } from "../../src/recording/verify.js";
import { chunk, drain, ended, inDirectory, newKeys, opened, openLog } from "./fixtures.js";
import { forgedPage, pagesOf, put } from "./tamper.js";

async function recorded(store: Store, keys = newKeys(), anchors: string[] = []) {
  const sinks = [async (line: string) => void anchors.push(line)];
  const { log } = await openLog({ store, keys, anchors: { sinks, everyMs: 60_000 } });
  const sessions: SessionId[] = [];
  for (let index = 0; index < 3; index++) {
    const writer = log.begin(opened());
    sessions.push(writer.session);
    for (let at = 0; at < 4; at++) {
      writer.append(chunk(`text number ${at} `));
      await writer.committed(writer.lastSeq);
    }
    writer.append(ended());
    await writer.committed(writer.lastSeq);
  }
  return { log, keys, sessions, anchors };
}

function first(sessions: readonly SessionId[]): SessionId {
  return sessions[0] ?? assert.fail();
}

async function problemsOf(store: Store, anchors: readonly string[] = []): Promise<string[]> {
  const report = await verifyStore(store, { anchors });
  assert.equal(report.ok, report.problems.length === 0);
  return report.problems.map(({ kind, seq }) => `${kind} ${seq}`);
}

describe("verification", () => {
  it("finds nothing wrong with an untouched store, and says what it cannot know", async () => {
    const store = new MemoryStore();
    const { log, anchors } = await recorded(store);
    await log.signedHead();
    const report = await log.verify();
    assert.equal(report.ok, true);
    assert.equal(report.sessions, 3);
    assert.equal(report.records, 18);
    assert.match(report.unknown.join(), /Without an anchor/);
    await log.close();
    const anchored = await verifyStore(store, { anchors });
    assert.equal(anchored.ok, true);
    assert.equal(anchored.anchoredSeq, anchored.ledgerRecords);
    assert.match(anchored.unknown.join(), /no public key/);
  });

  it("names a changed record by session, sequence number and key", async () => {
    const store = new MemoryStore();
    const { sessions } = await recorded(store);
    const page = (await pagesOf(store, first(sessions)))[2] ?? assert.fail();
    const changed = Buffer.from(page.value);
    changed.write("T", changed.indexOf("text"));
    await put(store, [[page.key, changed]]);
    const { problems } = await verifyStore(store);
    assert.equal(problems.length, 1);
    const [problem] = problems;
    assert.equal(problem?.kind, "changed_record");
    assert.equal(problem?.seq, seqOfPageKey(page.key));
    assert.equal(problem?.session, first(sessions));
    assert.equal(problem?.key, page.key.toString("hex"));
  });

  it("is named alike to whoever reads the log: a page that is gone, one that was changed, one that was moved", async () => {
    const store = new MemoryStore();
    const { log, sessions } = await recorded(store);
    const [one, two, three] = sessions;
    assert.ok(one && two && three);
    const gone = (await pagesOf(store, one))[1] ?? assert.fail();
    const changed = (await pagesOf(store, two))[1] ?? assert.fail();
    const moved = (await pagesOf(store, three))[1] ?? assert.fail();
    const value = Buffer.from(changed.value);
    value.write("T", value.indexOf("text"));
    await put(store, [
      [gone.key, null],
      [changed.key, value],
      [moved.key, null],
      [pageKey(sessionBytes(three), 40), moved.value],
    ]);
    const expected: readonly (readonly [SessionId, RegExp])[] = [
      [one, new RegExp(`${one} .*entry ${seqOfPageKey(gone.key)} is missing \\(key [0-9a-f]{42}\\)`)],
      [
        two,
        new RegExp(
          `${two} .*entry ${seqOfPageKey(changed.key)} does not fit .*${changed.key.toString("hex")}`,
        ),
      ],
      [three, new RegExp(`${three} .*entry ${seqOfPageKey(moved.key)} is missing`)],
    ];
    for (const [session, message] of expected) {
      const reader = (await log.reader(session)) ?? assert.fail();
      await assert.rejects(drain(reader.cursor({ afterSeq: 0, live: false })), message);
    }
    await log.close();
  });

  it("names every single changed byte of a log", async () => {
    const store = new MemoryStore();
    const { sessions } = await recorded(store);
    const page = (await pagesOf(store, first(sessions)))[1] ?? assert.fail();
    for (let at = 0; at < page.value.length; at++) {
      const changed = Buffer.from(page.value);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      await put(store, [[page.key, changed]]);
      const { problems } = await verifyStore(store, { session: first(sessions) });
      assert.equal(problems.length, 1, `byte ${at}`);
    }
  });

  it("names a gap, a cut tail, a missing and an unknown session", async () => {
    const store = new MemoryStore();
    const { sessions } = await recorded(store);
    const [one, two, three] = sessions;
    assert.ok(one && two && three);
    const pagesOfOne = await pagesOf(store, one);
    const pagesOfTwo = await pagesOf(store, two);
    const stray = opened();
    const moved = (await pagesOf(store, three)).map(
      ({ key, value }) =>
        [pageKey(sessionBytes(stray.session as SessionId), seqOfPageKey(key)), value, key] as const,
    );
    await put(store, [
      [pagesOfOne[1]?.key ?? assert.fail(), null],
      [pagesOfTwo.at(-1)?.key ?? assert.fail(), null],
      ...moved.flatMap(([to, value, from]) => [[to, value] as const, [from, null] as const]),
    ]);
    const { problems } = await verifyStore(store);
    assert.deepEqual(problems.map(({ kind }) => kind).sort(), [
      "cut_tail",
      "gap",
      "missing_session",
      "unknown_session",
    ]);
  });

  it("names a log that was written anew with a chain of its own", async () => {
    const store = new MemoryStore();
    const { sessions } = await recorded(store);
    const session = first(sessions);
    const pages = await pagesOf(store, session);
    const forged = forgedPage([
      opened({ session }),
      ...[1, 2, 3, 4].map((at) => chunk(`forged ${at}`)),
      ended(),
    ]);
    await put(store, [
      ...pages.map(({ key }) => [key, null] as const),
      [pageKey(sessionBytes(session), 1), forged],
    ]);
    assert.deepEqual(await problemsOf(store), ["recomputed_chain 6"]);
  });

  it("names a changed ledger, and with an anchor a ledger that was written anew", async () => {
    const store = new MemoryStore();
    const { log, anchors } = await recorded(store);
    await log.close();
    const query = { from: ledgerKey(0), to: ledgerKey(0xffffffff), limit: 100, maxBytes: 1 << 20 };
    const pages = await store.range(query);
    const page = pages[1] ?? assert.fail();
    const changed = Buffer.from(page.value);
    changed[10] = (changed[10] ?? 0) ^ 1;
    await put(store, [[page.key, changed]]);
    assert.match((await problemsOf(store)).join(), /changed_ledger 2/);
    // The same records in a chain that begins otherwise.
    const builder = new PageBuilder(1024);
    builder.open().byte(1);
    builder.close(CHAIN_START);
    const other = new MemoryStore();
    const second = await recorded(other);
    await second.log.close();
    const copied = await other.range(query);
    await put(
      store,
      pages.map(({ key }) => [key, null]),
    );
    await put(
      store,
      copied.map(({ key, value }) => [key, value]),
    );
    const problems = await problemsOf(store, anchors);
    assert.match(problems.join(), /recomputed_ledger/);
  });

  it("names a directory that was put back, and an anchor that was not signed", async () => {
    await inDirectory(async (path) => {
      const keys = newKeys();
      const anchors: string[] = [];
      const data = join(path, "data");
      const { log } = await recorded(await openLevelStore({ path: data }), keys, anchors);
      await log.close();
      await cp(data, join(path, "earlier"), { recursive: true });
      const again = await recorded(await openLevelStore({ path: data }), keys, anchors);
      await again.log.close();
      const rolledBack = await openLevelStore({ path: join(path, "earlier"), mustExist: true });
      const problems = await problemsOf(rolledBack, anchors);
      assert.ok(problems.length > 0 && problems.every((problem) => problem.startsWith("rolled_back")));
      const forged = (anchors[0] ?? "").replace(/"seq":\d+/, '"seq":2');
      const report = await verifyStore(rolledBack, { anchors: [forged, "nonsense"], signing: keys.signing });
      assert.deepEqual(
        report.problems.map(({ kind }) => kind),
        ["bad_anchor", "bad_anchor"],
      );
      await rolledBack.close();
    });
  });

  it("covers a session that is still open up to its last checkpoint", async () => {
    const store = new MemoryStore();
    const { log } = await openLog({ store });
    const writer = log.begin(opened());
    for (let at = 0; at < 3; at++) {
      writer.append(chunk("x"));
      await writer.committed(writer.lastSeq);
    }
    await log.signedHead();
    const pages = await pagesOf(store, writer.session);
    await put(store, [[pages.at(-1)?.key ?? assert.fail(), null]]);
    assert.deepEqual(await problemsOf(store), ["cut_tail 4"]);
    await log.close();
  });
});
