/**
 * What recording costs: `node --import tsx test/bench/recording.ts [--sessions=100000] [--only=reading]`;
 * the parts are appending, reading and listing.
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

const { values } = parseArgs({
  options: { sessions: { type: "string", default: "100000" }, only: { type: "string" } },
});
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

async function reading(log: SessionLog, writers: readonly SessionWriter[]): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const cpu = process.cpuUsage();
    const started = performance.now();
    let read = 0;
    for (const writer of writers) {
      const reader = await log.reader(writer.session);
      const cursor = reader?.cursor({ afterSeq: 0, live: false });
      if (cursor === undefined) throw new Error("no session");
      while (!cursor.done) {
        const entries = cursor.take(1000);
        read += entries.length;
        if (entries.length === 0)
          await new Promise<void>((resolve) => {
            cursor.onReadable = resolve;
          });
      }
    }
    const rate = (read / (performance.now() - started)) * 1000;
    say(`  ${read} entries of ${writers.length} sessions, checked and decoded`, rate, "records/s");
    say("  CPU, all threads", cpuUs(cpu) / read, "us/record");
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
  const principals = [{ issuer: opened().principal.issuer, subject: "user-7" }];
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

/** Opens a log of its own for one part, and removes it afterwards. */
async function on(
  work: (log: SessionLog, store: Store) => Promise<void>,
  durability: "commit" | "fsync" = "commit",
): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  try {
    const store = await openLevelStore({ path });
    const log = await openOn(store, durability);
    await work(log, store);
    await log.close();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function appendingAll(): Promise<void> {
  const memory = await openOn(new MemoryStore());
  await appending("warm-up", { log: memory, streams: 50, perTurn: 4, chunks: 100_000 });
  await on(async (log) => {
    await appending("level, 100 streams, 1 chunk a turn", { log, streams: 100, perTurn: 1, chunks: 300_000 });
    await appending("level, 100 streams, 4 chunks a turn", {
      log,
      streams: 100,
      perTurn: 4,
      chunks: 300_000,
    });
    await appending("level, 1 stream, 1 chunk a turn", { log, streams: 1, perTurn: 1, chunks: 5_000 });
  });
  await on(async (log) => {
    const load = { streams: 100, perTurn: 1, chunks: 50_000 };
    await appending("level fsync, 100 streams, 1 chunk a turn", { log, ...load });
  }, "fsync");
}

async function readingAll(): Promise<void> {
  for (const perTurn of [1, 4, 100]) {
    await on(async (log, store) => {
      const load = { streams: 50, perTurn, chunks: 200_000 };
      const { writers, count } = await appending(`${perTurn} to a page`, { log, ...load });
      await store.compact([{ from: Buffer.of(0), to: Buffer.of(255) }]);
      await store.reopen();
      say("  disk per chunk", (await store.usedBytes()) / count, "bytes");
      await reading(log, writers);
      const started = performance.now();
      const { records, problemCount } = await log.verify();
      const rate = (records / (performance.now() - started)) * 1000;
      say(`  verify (${problemCount} problems)`, rate, "records/s");
    });
  }
  await on(idle);
}

async function idle(log: SessionLog): Promise<void> {
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  };
  const before = heap();
  const writers = Array.from({ length: 5000 }, () => {
    const writer = log.begin(opened());
    writer.cursor(0).onReadable = null;
    return writer;
  });
  await Promise.all(writers.map((writer) => writer.committed(1)));
  const again = writers.map((writer) => {
    const cursor = writer.cursor(1);
    cursor.take(1);
    return cursor;
  });
  if (globalThis.gc !== undefined)
    say("memory of an open idle session (2 cursors)", (heap() - before) / again.length, "bytes");
  for (const writer of writers) writer.append(ended());
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  appending: appendingAll,
  reading: readingAll,
  listing: () => on((log) => listing(log, Number(values.sessions))),
};
for (const [name, part] of Object.entries(PARTS)) {
  if (values.only === undefined || values.only === name) await part();
}
