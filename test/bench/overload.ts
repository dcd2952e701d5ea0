/**
 * What happens beyond capacity, with the gate for new sessions and without it: one command,
 * `node --import tsx test/bench/overload.ts [--harness DIR] [--seconds 5] [--most 320]`.
 * Short completions arrive at a fixed rate, whether or not earlier ones were answered, and the rate is doubled step by
 * step; a few paced streams stay open all the time, and what counts is how late their text comes.
 * Prints a table and writes test/bench/results/overload.json. Ends by itself.
 */
import { parseArgs } from "node:util";
import { openPlace } from "./bench-place.js";
import { drive, type LoadShape, wait } from "./load.js";
import type { MeasuredGateway } from "./measured-gateway.js";
import { writeResult } from "./result.js";
import { type LoadClient, loadClient } from "./stream-clients.js";

const { values } = parseArgs({
  options: {
    harness: { type: "string", default: "../shared/bench" },
    seconds: { type: "string", default: "5" },
    least: { type: "string", default: "20" },
    most: { type: "string", default: "320" },
  },
});

const OPEN: LoadShape = {
  streams: 20,
  chunks: 100_000,
  perSecond: 20,
  warmMs: 3000,
  measuredMs: Number(values.seconds) * 1000,
  stampEvery: 2,
};
/** What arrives: a long prompt, which costs the gateway far more than the client and the model, and a short answer. */
const ARRIVAL = "mock:n=5,r=0,k=0,d=0,b=1,p=0,s=0";
const PROMPT = "The quick brown fox jumps over the lazy dog, and nobody is surprised. ".repeat(400);
/** Beyond this the client asks no more until some were answered; a real crowd would have given up as well. */
const MOST_WAITING = 3000;
const TICK_MS = 10;

/** Asks at a fixed rate and counts how the answers end. */
class Arrivals {
  readonly ends = new Map<string, number>();
  #waiting = 0;
  #isOver = false;
  readonly #client: LoadClient;
  readonly #open = new Set<{ cancel(): void }>();

  constructor(client: LoadClient) {
    this.#client = client;
  }

  async run(perSecond: number): Promise<void> {
    let asked = 0;
    for (const startedMs = performance.now(); !this.#isOver; await wait(TICK_MS)) {
      const due = ((performance.now() - startedMs) / 1000) * perSecond;
      for (; asked < due; asked++) if (this.#waiting < MOST_WAITING) void this.#ask();
    }
    for (const stream of this.#open) stream.cancel();
  }

  async #ask(): Promise<void> {
    this.#waiting += 1;
    const stream = this.#client.open({ model: ARRIVAL, prompt: PROMPT, onText: () => {} });
    this.#open.add(stream);
    const outcome = await stream.ended;
    this.#open.delete(stream);
    this.#waiting -= 1;
    this.ends.set(outcome, (this.ends.get(outcome) ?? 0) + 1);
  }

  get waiting(): number {
    return this.#waiting;
  }

  stop(): void {
    this.#isOver = true;
  }
}

async function step(gateway: MeasuredGateway, perSecond: number) {
  // Over one connection, so that nobody waits to be accepted by the kernel, where no gate can see it.
  const clients = [
    loadClient("sse", place.target(gateway)),
    loadClient("grpc", place.target(gateway)),
  ] as const;
  const arrivals = new Arrivals(clients[1]);
  const arriving = arrivals.run(perSecond);
  const { seen, metered } = await drive(clients[0], OPEN, {
    begin: async () => {
      await gateway.delay();
      arrivals.ends.clear();
      return gateway.cpuUs();
    },
    end: async (cpuUs) => ({
      cpuUs: (await gateway.cpuUs()) - cpuUs,
      delay: await gateway.delay(),
      ends: Object.fromEntries(arrivals.ends),
      waiting: arrivals.waiting,
    }),
  });
  arrivals.stop();
  await arriving;
  for (const client of clients) client.close();
  await wait(1500);
  const perMs = 1000 / seen.elapsedMs;
  return {
    gateway: gateway.name,
    arriving: perSecond,
    answered: Math.round((metered.ends["complete"] ?? 0) * perMs),
    refused: Math.round((metered.ends["grpc-8"] ?? 0) * perMs),
    ends: metered.ends,
    waiting: metered.waiting,
    openLatencyP50Ms: seen.latencyMs.p50,
    openLatencyP99Ms: seen.latencyMs.p99,
    openShare: seen.chunks / seen.elapsedMs / ((OPEN.streams * OPEN.perSecond) / 1000),
    loopDelayP50Ms: metered.delay.p50,
    loopDelayP99Ms: metered.delay.p99,
    cpuShare: metered.cpuUs / 1000 / seen.elapsedMs,
    failures: seen.failures,
  };
}

const place = await openPlace(values.harness);
try {
  const gateways = [
    await place.gateway({ name: "gate" }),
    await place.gateway({
      name: "no gate",
      more: "limits: { loopDelay: 0s, heapPercent: 0, sessions: 100000, waiting: 100000 }\ntimeouts: { admission: 1m }\n",
    }),
  ];
  console.log(
    "gateway | arriving/s | answered/s | refused/s | unanswered | open: late p50, p99 ms | open: of due | loop p50, p99 ms",
  );
  const rows = [];
  for (let perSecond = Number(values.least); perSecond <= Number(values.most); perSecond *= 2) {
    for (const gateway of gateways) {
      const row = await step(gateway, perSecond);
      rows.push(row);
      const late = `${row.openLatencyP50Ms.toFixed(1)}, ${row.openLatencyP99Ms.toFixed(0)}`;
      const loop = `${row.loopDelayP50Ms.toFixed(0)}, ${row.loopDelayP99Ms.toFixed(0)}`;
      const share = `${(row.openShare * 100).toFixed(0)} %`;
      const cells = [row.gateway, perSecond, row.answered, row.refused, row.waiting, late, share, loop];
      console.log(cells.join(" | "));
    }
  }
  writeResult("overload", { open: OPEN, arrival: ARRIVAL, rows });
} finally {
  await place.close();
}
