/**
 * Compares what the benchmarks wrote with the targets: `node --import tsx test/bench/check.ts [--only-required]`.
 * Reads gateway.json, surroundings.json and scale.json of test/bench/results, says met or missed for each target and exits with 1
 * where a required one is missed or was not measured. Run `npm run bench` before.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { median } from "./load.js";
import { type IdleMemory, ratios, type Surroundings } from "./surroundings.js";

/** One run of the harness's client. */
interface Run {
  readonly round: number;
  readonly scenario: string;
  readonly target: string;
  readonly cpu_us_per_chunk?: number;
  readonly ttft_ms?: { readonly p50: number };
  readonly lat_us?: { readonly p99: number };
  readonly errors?: number;
}

interface Target {
  readonly what: string;
  readonly required: number;
  readonly aim: number;
  readonly unit: string;
  /** One value per round. */
  readonly seen: readonly number[];
}

const LEAST_ROUNDS = 5;

function read<Result>(name: string): { readonly at: string; readonly result: Result } | null {
  const file = resolve("test/bench/results", name);
  if (!existsSync(file)) return null;
  const parsed = JSON.parse(readFileSync(file, "utf8"));
  return { at: parsed.at ?? "", result: parsed };
}

const runs = read<{ readonly runs: readonly Run[] }>("gateway.json")?.result.runs ?? [];
const surroundings = read<Partial<Surroundings>>("surroundings.json")?.result;

const scale = read<{ readonly delay?: Readonly<Record<string, { readonly latencyP99Ms: number }>> }>(
  "scale.json",
)?.result;

/** Values of a figure of the gateway over that of another target, of one round each. */
function over(base: string, scenario: string, pick: (run: Run) => number | undefined): readonly number[] {
  return inRounds(scenario, (round) => {
    const own = round.get("sluice");
    const other = round.get(base);
    return quotient(own && pick(own), other && pick(other));
  });
}

function inRounds(
  scenario: string,
  value: (targets: ReadonlyMap<string, Run>) => number | null,
): readonly number[] {
  const rounds = new Map<number, Map<string, Run>>();
  for (const run of runs.filter((each) => each.scenario === scenario)) {
    const round = rounds.get(run.round) ?? new Map<string, Run>();
    rounds.set(run.round, round.set(run.target, run));
  }
  return [...rounds.values()].flatMap((round) => value(round) ?? []);
}

function quotient(own: number | undefined, other: number | undefined): number | null {
  return own === undefined || other === undefined || other <= 0 ? null : own / other;
}

/** Burst and steady ran in different scenarios of the same round. */
function burstOverSteady(): readonly number[] {
  const of = (scenario: string) => runs.filter((run) => run.target === "sluice" && run.scenario === scenario);
  const steady = new Map(of("steady100").map((run) => [run.round, run.cpu_us_per_chunk]));
  return of("burst4").flatMap((run) => quotient(run.cpu_us_per_chunk, steady.get(run.round)) ?? []);
}

/** First chunk: what the gateway adds to `direct`, over what the bare proxy adds. */
function firstChunk(): readonly number[] {
  return inRounds("ttft", (round) => {
    const [direct, proxy, own] = ["direct", "pass-undici", "sluice"].map(
      (name) => round.get(name)?.ttft_ms?.p50,
    );
    if (direct === undefined || proxy === undefined || own === undefined) return null;
    return quotient(own - direct, proxy - direct);
  });
}

const cpu = (run: Run): number | undefined => run.cpu_us_per_chunk;
const late = (run: Run): number | undefined => run.lat_us?.p99;
const bare = surroundings?.memory?.find(({ way }) => way === "bare proxy, SSE");

/** Memory of a stream above that of a bare proxy, since every proxy has the two sockets. */
function memoryOf(way: IdleMemory["way"]): readonly number[] {
  const found = surroundings?.memory?.find((each) => each.way === way);
  return found === undefined || bare === undefined ? [] : [(found.rssBytes - bare.rssBytes) / 1024];
}

/** What other streams feel of a megabyte of hostile prompt: the worst of its kinds. */
function besideHostile(): readonly number[] {
  const felt = Object.entries(scale?.delay ?? {}).filter(([name]) => name.includes("a megabyte of"));
  return felt.length === 0 ? [] : [Math.max(...felt.map(([, { latencyP99Ms }]) => latencyP99Ms))];
}

const TARGETS: readonly Target[] = [
  {
    what: "steady100, CPU per chunk / pass-undici",
    required: 1.7,
    aim: 1.2,
    unit: "x",
    seen: over("pass-undici", "steady100", cpu),
  },
  {
    what: "steady100, CPU per chunk / Portkey",
    required: 0.65,
    aim: 0.45,
    unit: "x",
    seen: over("portkey", "steady100", cpu),
  },
  {
    what: "flood, CPU per chunk / pass-undici",
    required: 2,
    aim: 1.3,
    unit: "x",
    seen: over("pass-undici", "flood", cpu),
  },
  { what: "burst4 / steady100, CPU per chunk", required: 0.5, aim: 0.4, unit: "x", seen: burstOverSteady() },
  {
    what: "light40, p99 latency / nginx",
    required: 3,
    aim: 2,
    unit: "x",
    seen: over("nginx", "light40", late),
  },
  {
    what: "light40, p99 latency / Portkey",
    required: 0.2,
    aim: 0.1,
    unit: "x",
    seen: over("portkey", "light40", late),
  },
  { what: "first chunk p50, added / pass-undici's", required: 2, aim: 1.3, unit: "x", seen: firstChunk() },
  {
    what: "fsync / commit, CPU per chunk",
    required: 1.3,
    aim: 1.1,
    unit: "x",
    seen: ratios(surroundings?.rows ?? [], { gateway: "fsync", way: "sse" }),
  },
  {
    what: "memory of an idle stream, SSE, above a bare proxy",
    required: 40,
    aim: 20,
    unit: "KB",
    seen: memoryOf("sse"),
  },
  {
    what: "memory of an idle stream, WebSocket",
    required: 40,
    aim: 20,
    unit: "KB",
    seen: memoryOf("websocket"),
  },
  {
    what: "replay, difference from the recorded offset at p99",
    required: 5,
    aim: 2,
    unit: "ms",
    seen: surroundings?.replayDriftMs === undefined ? [] : [surroundings.replayDriftMs.p99],
  },
  {
    what: "p99 of other streams beside a megabyte of hostile prompt",
    required: 50,
    aim: 20,
    unit: "ms",
    seen: besideHostile(),
  },
  { what: "memory of an idle stream, gRPC", required: 40, aim: 20, unit: "KB", seen: memoryOf("grpc") },
];

function verdict({ seen, required, aim }: Target): string {
  if (seen.length === 0) return "not measured";
  const value = median(seen);
  if (value <= aim) return "aim met";
  return value <= required ? "met" : "MISSED";
}

let missed = 0;
console.log("target | seen (median, [least to most], rounds) | required | aim | verdict");
for (const target of TARGETS) {
  const { seen, unit } = target;
  const said = verdict(target);
  // Memory is one difference over a thousand streams; ratios need rounds.
  const isShort = unit === "x" && seen.length > 0 && seen.length < LEAST_ROUNDS;
  if (said === "MISSED" || said === "not measured") missed += 1;
  const spread = `[${Math.min(...seen).toFixed(2)}-${Math.max(...seen).toFixed(2)}], ${seen.length}`;
  const value = seen.length === 0 ? "-" : `${median(seen).toFixed(2)} ${unit} ${spread}`;
  const note = isShort ? `, fewer than ${LEAST_ROUNDS} rounds` : "";
  console.log([target.what, value, target.required, target.aim, said + note].join(" | "));
}
console.log(`${missed} of ${TARGETS.length} missed or not measured`);
process.exitCode = missed === 0 ? 0 : 1;
