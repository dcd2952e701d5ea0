/**
 * What the harness does not measure: the same load over every way in, idle memory of an open stream, and what recording,
 * durability and masking cost. `npm run bench` runs it after the harness; alone:
 * `node --import tsx test/bench/surroundings.ts [--harness DIR] [--rounds 5] [--streams 1000]`.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBareProxy } from "./bare-proxy.js";
import { type BenchPlace, openPlace } from "./bench-place.js";
import { drive, type LoadSeen, type LoadShape, median, type Percentiles, wait } from "./load.js";
import type { GatewaySettings, Measured, MeasuredGateway } from "./measured-gateway.js";
import { replayDrift } from "./replay-drift.js";
import { writeResult } from "./result.js";
import { type LoadClient, type LoadStream, loadClient, WAYS, type WayName } from "./stream-clients.js";

const STEADY: LoadShape = {
  streams: 100,
  chunks: 150,
  perSecond: 50,
  warmMs: 3000,
  measuredMs: 4000,
  staggerMs: 3000,
};

/** The default configuration first; every other one differs from it in one thing. */
const VARIANTS: readonly GatewaySettings[] = [
  { name: "default" },
  { name: "fsync", durability: "fsync" },
  { name: "not recorded", store: "discard" },
  { name: "one rule", masking: 1 },
];

export interface Row {
  readonly round: number;
  readonly way: WayName;
  readonly gateway: string;
  readonly cpuUsPerChunk: number;
  readonly chunksPerSecond: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly firstP50Ms: number;
  readonly failures: LoadSeen["failures"];
}

export interface IdleMemory {
  readonly way: WayName | "bare proxy, SSE";
  readonly streams: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

export interface Surroundings {
  readonly rows: readonly Row[];
  readonly memory: readonly IdleMemory[];
  readonly replayDriftMs: Percentiles;
}

export async function measureSurroundings(options: {
  readonly harness: string;
  readonly rounds: number;
  readonly streams: number;
}): Promise<Surroundings> {
  const place = await openPlace(options.harness);
  try {
    const rows = await variants(place, options.rounds);
    const memory: IdleMemory[] = [];
    for (const way of WAYS) memory.push(await idleMemory(place, way, options.streams));
    memory.push(await bareProxyMemory(place, options));
    const replayed = await place.gateway({ name: "replayed" });
    return { rows, memory, replayDriftMs: await replayDrift(place.target(replayed)) };
  } finally {
    await place.close();
  }
}

async function variants(place: BenchPlace, rounds: number): Promise<readonly Row[]> {
  const gateways: MeasuredGateway[] = [];
  for (const settings of VARIANTS) gateways.push(await place.gateway(settings));
  const [standard] = gateways;
  if (standard === undefined) return [];
  const cases = [
    ...gateways.map((gateway) => ({ gateway, way: "sse" as const })),
    ...(["websocket", "grpc"] as const).map((way) => ({ gateway: standard, way })),
  ];
  const rows: Row[] = [];
  // The first round warms the compiler up and is thrown away.
  for (let round = -1; round < rounds; round++) {
    for (const { gateway, way } of cases.toSorted(() => Math.random() - 0.5)) {
      const row = await steady(place, { gateway, way, round });
      if (round >= 0) rows.push(row);
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  for (const gateway of gateways) await gateway.stop();
  return rows;
}

async function steady(
  place: BenchPlace,
  { gateway, way, round }: { gateway: MeasuredGateway; way: WayName; round: number },
): Promise<Row> {
  const client = loadClient(way, place.target(gateway));
  const { seen, metered } = await drive(client, STEADY, {
    begin: () => gateway.cpuUs(),
    end: async (before) => (await gateway.cpuUs()) - before,
  });
  client.close();
  return {
    round,
    way,
    gateway: gateway.name,
    cpuUsPerChunk: metered / Math.max(1, seen.chunks),
    chunksPerSecond: (seen.chunks / seen.elapsedMs) * 1000,
    latencyP50Ms: seen.latencyMs.p50,
    latencyP99Ms: seen.latencyMs.p99,
    firstP50Ms: seen.firstMs.p50,
    failures: seen.failures,
  };
}

/** Three chunks and then silence, with the stream open. */
const IDLE_MODEL = "mock:n=3,r=0,k=0,d=0,b=1,p=0,s=600";

async function idleMemory(place: BenchPlace, way: WayName, streams: number): Promise<IdleMemory> {
  const gateway = await place.gateway({ name: `idle-${way}`, more: "timeouts: { stall: 10m, drain: 0s }\n" });
  const client = loadClient(way, place.target(gateway));
  const memory = await memoryOfStreams(gateway, { client, streams });
  return { way, streams, ...memory };
}

/** The same open streams through a proxy that does nothing, as a base. */
async function bareProxyMemory(
  place: BenchPlace,
  { harness, streams }: { readonly harness: string; readonly streams: number },
): Promise<IdleMemory> {
  const proxy = await startBareProxy(place, harness);
  const client = loadClient("sse", { url: proxy.url, grpc: "", token: "none" });
  const memory = await memoryOfStreams(proxy, { client, streams });
  return { way: "bare proxy, SSE", streams, ...memory };
}

async function memoryOfStreams(
  process: Measured,
  { client, streams }: { readonly client: LoadClient; readonly streams: number },
): Promise<Pick<IdleMemory, "rssBytes" | "heapBytes">> {
  // What the first sessions leave behind (compiled code, caches, pools) is no cost of a stream.
  await holding(client, Math.ceil(streams / 4), async () => {});
  await wait(2000);
  const before = await process.memory();
  const after = await holding(client, streams, () => process.memory());
  client.close();
  await process.stop();
  return {
    rssBytes: (after.rss - before.rss) / streams,
    heapBytes: (after.heapUsed - before.heapUsed) / streams,
  };
}

/** Opens so many streams, waits until each has said its words, looks, and ends them. */
async function holding<Seen>(client: LoadClient, count: number, look: () => Promise<Seen>): Promise<Seen> {
  const streams = new Set<LoadStream>();
  let said = 0;
  let isOver = false;
  const hold = async (): Promise<void> => {
    while (!isOver) {
      let isFirst = true;
      const onText = (): void => {
        said += isFirst ? 1 : 0;
        isFirst = false;
      };
      const stream = client.open({ model: IDLE_MODEL, onText });
      streams.add(stream);
      await stream.ended;
      streams.delete(stream);
      if (!isFirst) return;
      // Refused, because so many come at once: later, as any caller would.
      await wait(1000);
    }
  };
  const held: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    held.push(hold());
    if (index % 10 === 9) await wait(50);
  }
  for (let tries = 0; said < count && tries < 450; tries++) await wait(100);
  if (said < count) throw new Error(`only ${said} of ${count} streams said something`);
  await wait(1000);
  const seen = await look();
  isOver = true;
  for (const stream of streams) stream.cancel();
  await Promise.all(held);
  return seen;
}

/** Ratios of one round, since only they mean something on a machine that does other work too. */
export function report({ rows, memory, replayDriftMs }: Surroundings): void {
  console.log("\n## the same load over every way, and with one thing changed (medians, [least to most])");
  console.log(
    "gateway, way | us/chunk | over default, SSE | chunks/s | late p50, p99 ms | first p50 ms | failures",
  );
  for (const [gateway, way] of casesOf(rows)) {
    const own = rows.filter((row) => row.gateway === gateway && row.way === way);
    const us = own.map((row) => row.cpuUsPerChunk);
    const numbers = (pick: (row: Row) => number): string => median(own.map(pick)).toFixed(1);
    const failures = own.flatMap((row) => Object.values(row.failures)).reduce((sum, count) => sum + count, 0);
    console.log(
      [
        `${gateway}, ${way}`,
        `${median(us).toFixed(1)} ${spread(us, 1)}`,
        `${median(ratios(rows, { gateway, way })).toFixed(2)} ${spread(ratios(rows, { gateway, way }), 2)}`,
        median(own.map((row) => row.chunksPerSecond)).toFixed(0),
        `${numbers((row) => row.latencyP50Ms)}, ${numbers((row) => row.latencyP99Ms)}`,
        numbers((row) => row.firstP50Ms),
        failures,
      ].join(" | "),
    );
  }
  console.log("\n## memory of an open, idle stream\nway | streams | resident KB | heap KB");
  for (const { way, streams, rssBytes, heapBytes } of memory)
    console.log([way, streams, (rssBytes / 1024).toFixed(1), (heapBytes / 1024).toFixed(1)].join(" | "));
  const { p50, p99, max } = replayDriftMs;
  console.log(
    `\n## a replay is late by p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, at most ${max.toFixed(1)} ms`,
  );
}

function casesOf(rows: readonly Row[]): readonly (readonly [string, WayName])[] {
  const seen = new Map(rows.map(({ gateway, way }) => [`${gateway} ${way}`, [gateway, way] as const]));
  return [...seen.values()].toSorted(([a, x], [b, y]) => `${x}${a}`.localeCompare(`${y}${b}`));
}

/** Processor time per chunk over that of the default gateway and SSE in the same round. */
export function ratios(
  rows: readonly Row[],
  { gateway, way }: { readonly gateway: string; readonly way: WayName },
): readonly number[] {
  return rows.flatMap((row) => {
    if (row.gateway !== gateway || row.way !== way) return [];
    const base = rows.find(
      (other) => other.round === row.round && other.gateway === "default" && other.way === "sse",
    );
    return base === undefined ? [] : [row.cpuUsPerChunk / base.cpuUsPerChunk];
  });
}

function spread(values: readonly number[], digits: number): string {
  return `[${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)}]`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      harness: { type: "string", default: "../shared/bench" },
      rounds: { type: "string", default: "5" },
      streams: { type: "string", default: "1000" },
    },
  });
  const measured = await measureSurroundings({
    harness: values.harness,
    rounds: Number(values.rounds),
    streams: Number(values.streams),
  });
  report(measured);
  writeResult("surroundings", measured);
}
