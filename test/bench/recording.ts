/**
 * What recording costs: `node --import tsx test/bench/recording.ts [--sessions=100000]`.
 * CPU is user and system time of the whole process, the store's threads included.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/domain/time.js";
import { SessionLog } from "../../src/recording/session-log.js";
import type { SessionWriter } from "../../src/recording/session-writer.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { MemoryStore } from "../../src/recording/stores/memory.js";
import type { Store } from "../../src/recording/stores/store.js";
import { chunk, ended, newKeys, newSession, opened } from "../recording/fixtures.js";

const { values } = parseArgs({ options: { sessions: { type: "string", default: "100000" } } });
const keys = newKeys();

async function openOn(store: Store, durability: "commit" | "fsync" = "commit"): Promise<SessionLog> {
  return SessionLog.open({
    store,
    clock: systemClock,
    randomBytes,
    keys,
    durability,
    minFreeBytes: 0,
    maxLead: 1e9,
  });
}

function say(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(58)} ${value.toFixed(2).padStart(12)} ${unit}`);
}

function cpuUs(since: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(since);
  return used.user + used.system;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const TEXTS = [" the", " quick", " brown", " fox", " jumps", ", over", " a", " lazy", " dog", ".\n"];

/** Streams in turns: every turn each of the sessions appends `perTurn` chunks; a live cursor takes them. */
async function appending(
  name: string,
  options: { log: SessionLog; streams: number; perTurn: number; chunks: number },
) {
  const { log, streams, perTurn, chunks } = options;
  let taken = 0;
  const writers: SessionWriter[] = [];
  for (let index = 0; index < streams; index++) {
    const writer = log.begin(opened());
    const cursor = writer.cursor(0);
    cursor.onReadable = () => {
      taken += cursor.take(1000).length;
    };
    writers.push(writer);
  }
  await Promise.all(writers.map((writer) => writer.committed(1)));
  const turns = Math.ceil(chunks / streams / perTurn);
  const before = log.commits;
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (let at = 0; at < turns; at++) {
    for (const writer of writers) {
      for (let index = 0; index < perTurn; index++) writer.append(chunk(TEXTS[(at + index) % 10] ?? ""));
    }
    await Promise.all([turn(), writers[0]?.committed(writers[0].lastSeq)]);
  }
  await Promise.all(writers.map((writer) => writer.committed(writer.lastSeq)));
  const count = turns * streams * perTurn;
  say(`${name}, CPU`, cpuUs(cpu) / count, "us/chunk");
  say(`${name}, rate`, (count / (performance.now() - started)) * 1000, "chunks/s");
  say(`${name}, chunks per commit`, count / (log.commits - before), "");
  if (taken < count) throw new Error("a cursor missed chunks");
  for (const writer of writers) writer.append(ended());
  await Promise.all(writers.map((writer) => writer.committed(writer.lastSeq)));
  return { writers, count };
}

async function reading(log: SessionLog, writer: SessionWriter): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const reader = await log.reader(writer.session);
    const cursor = reader?.cursor({ afterSeq: 0, live: false });
    if (cursor === undefined) throw new Error("no session");
    const started = performance.now();
    let read = 0;
    while (!cursor.done) {
      const entries = cursor.take(1000);
      read += entries.length;
      if (entries.length === 0)
        await new Promise<void>((resolve) => {
          cursor.onReadable = resolve;
        });
    }
    say(
      `read a session of ${read}, checked and decoded`,
      (read / (performance.now() - started)) * 1000,
      "records/s",
    );
  }
}

async function listing(log: SessionLog, sessions: number): Promise<void> {
  const now = Date.now();
  for (let at = 0; at < sessions; ) {
    const batch: SessionWriter[] = [];
    for (; batch.length < 500 && at < sessions; at++) {
      const openedAtMs = now - (sessions - at) * 1000;
      const principal = { ...opened().principal, subject: `user-${at % 1000}`, team: `team-${at % 20}` };
      const writer = log.begin(
        opened({ openedAtMs, session: newSession(openedAtMs), principal, request: "{}" }),
      );
      const entity = at % 5000 === 7 ? "IBAN_CODE" : "EMAIL_ADDRESS";
      if (at % 10 === 7)
        writer.append(
          chunk("x", { findings: [{ entity, detector: "d", start: 0, end: 1, action: "mask" }] }),
        );
      writer.append(ended(at % 50 === 0 ? { outcome: "upstream_broken" } : {}));
      batch.push(writer);
    }
    await Promise.all(batch.map((writer) => writer.committed(writer.lastSeq)));
  }
  const principals = [{ issuer: "https://login.example.com", subject: "user-7" }];
  const filters = {
    all: {},
    team: { teams: ["team-3"] },
    "two teams": { teams: ["team-3", "team-7"] },
    "rare entity": { entities: ["IBAN_CODE"] },
    "principal and end": { principals, ends: ["complete"] },
    "principal and entity and connection": { principals, entities: ["IBAN_CODE"], connections: ["openai"] },
    "disjoint (team and end)": { teams: ["team-3"], ends: ["upstream_broken"] },
  } as const;
  for (const [name, filter] of Object.entries(filters)) {
    const started = performance.now();
    const page = await log.list(filter, { limit: 50 });
    say(`first page of ${sessions}: ${name} (${page.items.length} found)`, performance.now() - started, "ms");
  }
}

const root = await mkdtemp(join(tmpdir(), "sluice-bench-"));
try {
  const memory = await openOn(new MemoryStore());
  await appending("warm-up", { log: memory, streams: 50, perTurn: 4, chunks: 100_000 });
  const store = await openLevelStore({ path: join(root, "a") });
  const log = await openOn(store);
  await appending("level, 100 streams, 1 chunk a turn", { log, streams: 100, perTurn: 1, chunks: 300_000 });
  await appending("level, 100 streams, 4 chunks a turn", { log, streams: 100, perTurn: 4, chunks: 300_000 });
  await appending("level, 1 stream, 1 chunk a turn", { log, streams: 1, perTurn: 1, chunks: 5_000 });
  await log.close();
  const synced = await openOn(await openLevelStore({ path: join(root, "b") }), "fsync");
  await appending("level fsync, 100 streams, 1 chunk a turn", {
    log: synced,
    streams: 100,
    perTurn: 1,
    chunks: 50_000,
  });
  await synced.close();
  const sizeStore = await openLevelStore({ path: join(root, "c") });
  const sized = await openOn(sizeStore);
  const { writers, count } = await appending("level, 20 streams, 1 chunk a turn", {
    log: sized,
    streams: 20,
    perTurn: 1,
    chunks: 200_000,
  });
  await sizeStore.compact([{ from: Buffer.of(0), to: Buffer.of(255) }]);
  await sizeStore.reopen();
  say("disk per chunk, one chunk per commit and stream", (await sizeStore.usedBytes()) / count, "bytes");
  const long = await appending("level, 1 stream, 100 chunks a turn", {
    log: sized,
    streams: 1,
    perTurn: 100,
    chunks: 200_000,
  });
  for (const writer of [writers[0], long.writers[0]]) if (writer !== undefined) await reading(sized, writer);
  const started = performance.now();
  const report = await sized.verify();
  say(
    `verify (${report.problemCount} problems)`,
    (report.records / (performance.now() - started)) * 1000,
    "records/s",
  );
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  };
  const before = heap();
  const idle: SessionWriter[] = [];
  for (let index = 0; index < 5000; index++) {
    const writer = sized.begin(opened());
    writer.cursor(0).onReadable = null;
    idle.push(writer);
  }
  await Promise.all(idle.map((writer) => writer.committed(1)));
  const again = idle.map((writer) => {
    const cursor = writer.cursor(1);
    cursor.take(1);
    return cursor;
  });
  if (globalThis.gc !== undefined)
    say("memory of an open idle session (2 cursors)", (heap() - before) / again.length, "bytes");
  for (const writer of idle) writer.append(ended());
  await sized.close();
  const many = await openOn(await openLevelStore({ path: join(root, "d") }));
  await listing(many, Number(values.sessions));
  await many.close();
} finally {
  await rm(root, { recursive: true, force: true });
}
