/**
 * Minutes at half of the gateway's capacity with callers of every kind: whole answers, cancels, lost connections that
 * attach again, readers that stop for a while, and reviews that somebody approves. One command:
 * `node --import tsx test/bench/soak.ts [--minutes 10] [--harness DIR] [--streams N] [--seed 1]`.
 * Prints a line every ten seconds, writes test/bench/results/soak.json, and exits with 1 where memory grew, something
 * stayed open, an attached stream missed an entry, or a log does not verify.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { seeded } from "../support/seeded.js";
import { openPlace } from "./bench-place.js";
import { drive, median, modelOf, wait } from "./load.js";
import type { MeasuredGateway } from "./measured-gateway.js";
import { writeResult } from "./result.js";
import {
  type Ask,
  type LoadClient,
  type LoadStream,
  loadClient,
  WAYS,
  type WayName,
} from "./stream-clients.js";

const { values } = parseArgs({
  options: {
    harness: { type: "string", default: "../shared/bench" },
    minutes: { type: "string", default: "10" },
    streams: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const durationMs = Number(values.minutes) * 60_000;
const SAMPLE_MS = 10_000;
const MODEL = modelOf({ streams: 1, chunks: 200, perSecond: 50, warmMs: 0, measuredMs: 0 });
/** Longer than the stall timeout below, so that the reader is cut and comes back. */
const LONG_PAUSE_MS = 4000;
const CONFIG = "timeouts: { stall: 2s, grace: 20s, drain: 2s }\n";
/** A heap or a resident set that grew by more between the second and the last quarter is not flat. */
const GROWTH = { share: 0.1, bytes: 12 << 20 } as const;

/** Within it everything ends that was begun. */
const LAST_MS = 60_000;

type Kind = "whole" | "cancelled" | "attached" | "paused" | "reviewed";

const random = seeded(Number(values.seed));
const counts = new Map<string, number>();
const problems: string[] = [];
/** What callers are at. */
const open = new Set<object>();
let isOver = false;

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function kindOf(number: number): Kind {
  if (number < 0.6) return "whole";
  if (number < 0.75) return "cancelled";
  if (number < 0.87) return "attached";
  return number < 0.95 ? "paused" : "reviewed";
}

class Caller {
  readonly #gateway: MeasuredGateway;
  readonly #clients: Readonly<Record<WayName, LoadClient>>;
  readonly #token: string;

  constructor(
    gateway: MeasuredGateway,
    { clients, token }: { clients: Record<WayName, LoadClient>; token: string },
  ) {
    this.#gateway = gateway;
    this.#clients = clients;
    this.#token = token;
  }

  async run(): Promise<void> {
    while (!isOver) {
      const kind = kindOf(random());
      const way = WAYS[Math.floor(random() * WAYS.length)] ?? "sse";
      await this.#once(kind, way);
    }
  }

  async #once(kind: Kind, way: WayName): Promise<void> {
    // Over gRPC a lost connection is a cancel, so who attaches asks by the others.
    const via = kind === "attached" || kind === "paused" ? (way === "grpc" ? "sse" : way) : way;
    const ask: Ask = { model: MODEL, resumable: kind === "attached" || kind === "paused", onText: () => {} };
    const prompt =
      kind === "reviewed" ? `Tell me the q3 revenue, please, for the ${random()}th time.` : "Hello!";
    const stream = this.#clients[via].open({ ...ask, prompt });
    const name = `${kind} over ${via}`;
    const one = { toString: () => `${name}, session ${stream.session()}, after ${stream.lastSeq()}` };
    open.add(one);
    await this.#as(kind, stream);
    open.delete(one);
  }

  async #as(kind: Kind, stream: LoadStream): Promise<void> {
    switch (kind) {
      case "whole":
      case "reviewed":
        return this.#whole(kind, stream);
      case "cancelled":
        await wait(random() * 3000);
        stream.cancel();
        await stream.ended;
        return count("cancelled");
      case "attached":
        await wait(500 + random() * 2000);
        stream.cancel();
        await stream.ended;
        await wait(random() * 500);
        return this.#attach(stream);
      case "paused":
        return this.#paused(stream);
    }
  }

  async #whole(kind: Kind, stream: LoadStream): Promise<void> {
    const outcome = await stream.ended;
    if (outcome === "complete") return count(kind);
    count(`${kind}: ${outcome}`);
    await wait(1000);
  }

  async #paused(stream: LoadStream): Promise<void> {
    await wait(500 + random() * 1000);
    stream.pause();
    await wait(random() < 0.5 ? random() * 1500 : LONG_PAUSE_MS);
    stream.resume();
    const outcome = await stream.ended;
    if (outcome === "complete") count("paused");
    else await this.#attach(stream);
  }

  /** The events after a number, to the end of the session; null where there are none to be had. */
  async #read(session: string, after: number): Promise<string | null> {
    const response = await fetch(`${this.#gateway.url}/v1/sessions/${session}/stream?after=${after}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    const text = await response.text().catch(() => "torn");
    // 204: nothing follows any more.
    return response.status === 200 || response.status === 204 ? text : null;
  }

  /** Goes on after what came last, and checks that no entry is missing and none comes twice. */
  async #attach(stream: LoadStream): Promise<void> {
    const session = stream.session();
    if (session === "") return count("never began");
    const after = stream.lastSeq();
    const text = await this.#read(session, after);
    if (text === null) return count("attached: refused");
    // Not every entry is an event: some tell encoders how a provider's event looked. So the end counts as whole
    // where it has what the session has when it is read again from the beginning.
    const whole = numbersOf((await this.#read(session, 0)) ?? "").filter((seq) => seq > after);
    if (numbersOf(text).join() !== whole.join())
      problems.push(`session ${session}: attached after ${after}, it lacked or repeated an entry`);
    const outcome = /"ended":\{[^}]*"outcome":"([a-z_]+)"/.exec(text)?.[1] ?? "no end";
    count(outcome === "complete" ? "attached" : `attached: ${outcome}`);
  }
}

function numbersOf(text: string): readonly number[] {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq));
}

/** Approves whatever waits, once a second. */
async function review(gateway: MeasuredGateway, token: string): Promise<void> {
  const client = new GrpcClient(gateway.grpc);
  // Who waits for a review at the end gets it too.
  while (open.size > 0 || !isOver) {
    await wait(1000);
    const { items = [] } = await client.unary<{
      items?: { approvalId: string; version: number; digest: string }[];
    }>("Approvals/List", { state: "pending" }, { token });
    for (const { approvalId, version, digest } of items) {
      const vote = { approvalId, version, digest, verdict: "approve", reason: "soaking" };
      await client.unary("Approvals/Decide", vote, { token }).then(
        () => count("approvals"),
        () => count("approvals that somebody gave up"),
      );
    }
  }
  client.close();
}

interface Sample {
  readonly seconds: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly loopP99Ms: number;
  readonly cpuShare: number;
  readonly resources: Readonly<Record<string, number>>;
}

const mb = (bytes: number): number => Math.round((bytes / (1 << 20)) * 10) / 10;

async function sample(
  gateway: MeasuredGateway,
  since: { readonly ms: number; readonly cpuUs: number },
): Promise<Sample> {
  const { p99, utilisation } = await gateway.delay();
  const { heapUsed, external, rss } = await gateway.memory();
  return {
    seconds: Math.round((performance.now() - since.ms) / 1000),
    heapMb: mb(heapUsed + external),
    rssMb: mb(rss),
    loopP99Ms: Math.round(p99),
    cpuShare: Math.round(utilisation * 100) / 100,
    resources: await gateway.resources(),
  };
}

/** How many paced streams take half of one core, measured for some seconds. */
async function halfCapacity(gateway: MeasuredGateway, client: LoadClient): Promise<number> {
  const shape = { streams: 40, chunks: 200, perSecond: 50, warmMs: 8000, measuredMs: 6000 };
  const { seen, metered } = await drive(client, shape, {
    begin: () => gateway.cpuUs(),
    end: async (before) => (await gateway.cpuUs()) - before,
  });
  const usPerChunk = metered / Math.max(1, seen.chunks);
  const streams = Math.round(500_000 / usPerChunk / shape.perSecond);
  console.log(
    `${usPerChunk.toFixed(0)} us per chunk: half of a core carries ${streams} streams of 50 chunks a second`,
  );
  return Math.max(10, Math.min(200, streams));
}

function growth(samples: readonly Sample[], pick: (sample: Sample) => number): { from: number; to: number } {
  const quarter = Math.floor(samples.length / 4);
  return {
    from: median(samples.slice(quarter, 2 * quarter).map(pick)),
    to: median(samples.slice(-quarter).map(pick)),
  };
}

function isFlat({ from, to }: { from: number; to: number }): boolean {
  return to - from <= Math.max(from * GROWTH.share, mb(GROWTH.bytes));
}

const place = await openPlace(values.harness);
try {
  const gateway = await place.gateway({ name: "soak", more: CONFIG });
  const target = place.target(gateway);
  const reviewer = await place.issuer.token("developer", { sub: "rita", groups: ["compliance"] });
  const clients = {
    sse: loadClient("sse", target),
    websocket: loadClient("websocket", target),
    grpc: loadClient("grpc", target),
  };
  const streams =
    values.streams === undefined ? await halfCapacity(gateway, clients.sse) : Number(values.streams);
  await wait(3000);
  const idle = await gateway.resources();
  const since = { ms: performance.now(), cpuUs: await gateway.cpuUs() };
  await gateway.delay();

  const reviewing = review(gateway, reviewer);
  const caller = new Caller(gateway, { clients, token: place.token });
  const callers = Array.from({ length: streams }, () => caller.run());
  const samples: Sample[] = [];
  while (performance.now() - since.ms < durationMs) {
    await wait(SAMPLE_MS);
    const taken = await sample(gateway, since);
    samples.push(taken);
    console.log(JSON.stringify(taken));
  }
  isOver = true;
  await Promise.race([Promise.all([...callers, reviewing]), wait(LAST_MS)]);
  for (const what of open) problems.push(`never ended: ${what}`);
  const cpuShare = ((await gateway.cpuUs()) - since.cpuUs) / 1000 / (performance.now() - since.ms);
  for (const client of Object.values(clients)) client.close();
  // Longer than the grace: what nobody reads any more has ended, and pools have let go of what they kept.
  await wait(30_000);
  const after = await sample(gateway, since);
  await gateway.stop();

  const heap = growth(samples, (each) => each.heapMb);
  const rss = growth(samples, (each) => each.rssMb);
  if (!isFlat(heap)) problems.push(`the heap grew from ${heap.from} to ${heap.to} MB`);
  if (!isFlat(rss)) problems.push(`the resident set grew from ${rss.from} to ${rss.to} MB`);
  // Connections to the model are kept for the next call, at most as many as were used at once.
  for (const [kind, open] of Object.entries(after.resources))
    if (open > (idle[kind] ?? 0) + (kind === "TCPSocketWrap" ? streams : 4))
      problems.push(`${open} ${kind} stayed open, ${idle[kind] ?? 0} before`);
  const verify = spawnSync(process.execPath, [resolve("dist/main.js"), "verify", "--dir", "data"], {
    cwd: gateway.folder,
    encoding: "utf8",
  });
  if (verify.status !== 0)
    problems.push(`verify ended with ${verify.status}: ${verify.stdout}${verify.stderr}`);
  const result = {
    minutes: Number(values.minutes),
    streams,
    cpuShare,
    heap,
    rss,
    idle,
    after,
    counts: Object.fromEntries([...counts].sort()),
    verify: verify.stdout.trim(),
    problems,
    samples,
  };
  writeResult("soak", result);
  console.log(JSON.stringify({ ...result, samples: samples.length }, null, 1));
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  isOver = true;
  await place.close();
}
