/**
 * What a chunk costs as things grow, and how long the event loop is held: one command,
 * `node --import tsx test/bench/scale.ts [--harness DIR] [--rounds 3] [--only streams] [--no-plots] [--stored 100000]`.
 * Parts: streams, reads, rules, length, stored, delay. Writes test/bench/results/scale.json and one plot a part
 * into docs/performance. Ends by itself, after about ten minutes a round.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startBareProxy } from "./bare-proxy.js";
import { openPlace } from "./bench-place.js";
import { fillStore } from "./fill-store.js";
import { drive, type LoadShape, median, modelOf, wait } from "./load.js";
import type { Measured } from "./measured-gateway.js";
import { type Plot, type PlotPoint, plotSvg } from "./plot.js";
import { writeResult } from "./result.js";
import { loadClient } from "./stream-clients.js";

const { values } = parseArgs({
  options: {
    harness: { type: "string", default: "../shared/bench" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", multiple: true },
    "no-plots": { type: "boolean", default: false },
    stored: { type: "string", default: "100000" },
    seconds: { type: "string", default: "5" },
  },
});
const rounds = Number(values.rounds);
const measuredMs = Number(values.seconds) * 1000;
/** Chunks a second of all streams together; the same for every point, so that only one thing changes. */
const TOTAL = 2000;
/** Longer than any measurement: what a session costs to begin is another figure. */
const ENDLESS = 100_000;
const LARGE = "limits: { sessions: 4000 }\n";

interface Cost {
  readonly usPerChunk: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly loopP99Ms: number;
  readonly failures: Readonly<Record<string, number>>;
}

interface Part {
  readonly points: readonly (PlotPoint & { readonly costs: readonly Cost[] })[];
  /** The same through a proxy that does nothing, where that says what is not the gateway's. */
  readonly bare?: Part["points"];
  readonly plot: Omit<Plot, "series">;
  /** Median cost of the last point over that of the first. */
  readonly lastOverFirst: number;
}

const place = await openPlace(values.harness);

async function cost(gateway: Measured, shape: LoadShape): Promise<Cost> {
  const client = loadClient("sse", place.target(gateway));
  const { seen, metered } = await drive(client, shape, {
    begin: async () => {
      await gateway.delay();
      return gateway.cpuUs();
    },
    end: async (before) => ({ cpuUs: (await gateway.cpuUs()) - before, delay: await gateway.delay() }),
  });
  client.close();
  // The endings of the streams that were cancelled belong to nobody's measurement.
  await wait(500 + shape.streams);
  return {
    usPerChunk: metered.cpuUs / Math.max(1, seen.chunks),
    latencyP50Ms: seen.latencyMs.p50,
    latencyP99Ms: seen.latencyMs.p99,
    loopP99Ms: metered.delay.p99,
    failures: seen.failures,
  };
}

function paced(streams: number, more: Partial<LoadShape> = {}): LoadShape {
  const staggerMs = Math.max(1000, streams * 8);
  const stampEvery = streams > 200 ? 1 : 8;
  const perSecond = TOTAL / streams;
  return {
    streams,
    chunks: ENDLESS,
    perSecond,
    stampEvery,
    warmMs: staggerMs + 4000,
    measuredMs,
    staggerMs,
    ...more,
  };
}

interface Point {
  readonly x: number;
  readonly label?: string;
  readonly shape: LoadShape;
  readonly gateway: Measured;
}

/** Every point once a round, in another order each time; the first round only warms up. */
async function measure(points: readonly Point[], plot: Omit<Plot, "series">): Promise<Part> {
  const seen = points.map((): Cost[] => []);
  for (const gateway of new Set(points.map((point) => point.gateway)))
    await cost(gateway, paced(50, { warmMs: 6000, measuredMs: 2000 }));
  for (let round = 0; round < rounds; round++) {
    for (const index of [...points.keys()].sort(() => Math.random() - 0.5)) {
      const point = points[index];
      if (point === undefined) continue;
      const measured = await cost(point.gateway, point.shape);
      seen[index]?.push(measured);
      console.log(plot.xLabel, point.label ?? point.x, JSON.stringify(measured));
    }
  }
  return partOf(
    points.map(({ x, label }, index) => ({
      x,
      ...(label === undefined ? {} : { label }),
      costs: seen[index] ?? [],
    })),
    plot,
  );
}

function partOf(
  points: readonly (Omit<PlotPoint, "values"> & { costs: readonly Cost[] })[],
  plot: Part["plot"],
): Part {
  const whole = points.map((point) => ({
    ...point,
    values: point.costs.map(({ usPerChunk }) => usPerChunk),
  }));
  const first = median(whole[0]?.values ?? []);
  return { points: whole, plot, lastOverFirst: median(whole.at(-1)?.values ?? []) / first };
}

const Y = "processor time, us per chunk";

const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  streams: async () => {
    const gateway = await place.gateway({ name: "streams", more: LARGE });
    const proxy = await startBareProxy(place, values.harness);
    const counts = [10, 50, 100, 500, 1000, 2000];
    const plot = {
      title: `Cost of a chunk by open streams, ${TOTAL} chunks/s in all`,
      xLabel: "open streams",
      yLabel: Y,
      xScale: "log",
    } as const;
    const pointsOf = (measured: Measured) => counts.map((x) => ({ x, gateway: measured, shape: paced(x) }));
    const part = await measure(pointsOf(gateway), plot);
    const bare = await measure(pointsOf(proxy), plot);
    await gateway.stop();
    await proxy.stop();
    return { ...part, bare: bare.points };
  },
  reads: async () => {
    const gateway = await place.gateway({ name: "reads" });
    const points = [1, 2, 4, 8, 16].map((x) => ({
      x,
      gateway,
      shape: paced(100, { perSecond: 32, burst: x }),
    }));
    const part = await measure(points, {
      title: "Cost of a chunk by chunks that arrive together, 100 streams of 32 chunks/s",
      xLabel: "chunks in one write of the model",
      yLabel: Y,
      xScale: "log",
    });
    await gateway.stop();
    return part;
  },
  rules: async () => {
    const points = [];
    for (const x of [1, 50, 250]) {
      const gateway = await place.gateway({ name: `rules-${x}`, masking: x });
      points.push({ x, gateway, shape: paced(100) });
    }
    const full = await place.gateway({ name: "rules-all" });
    points.push({ x: 455, label: "all built-in", gateway: full, shape: paced(100) });
    const part = await measure(points, {
      title: `Cost of a chunk by rules that mask, 100 streams, ${TOTAL} chunks/s`,
      xLabel: "rules",
      yLabel: Y,
      xScale: "linear",
    });
    for (const { gateway } of points) await gateway.stop();
    return part;
  },
  length: lengthPart,
  stored: async () => {
    const points = [];
    for (const x of [0, Number(values.stored) / 10, Number(values.stored)]) {
      const name = `stored-${x}`;
      await fillStore(join(place.root, name), x);
      const startedMs = performance.now();
      const gateway = await place.gateway({ name });
      console.log(`${x} sessions stored: ready after ${Math.round(performance.now() - startedMs)} ms`);
      points.push({ x, gateway, shape: paced(100) });
    }
    const part = await measure(points, {
      title: `Cost of a chunk by stored sessions, 100 streams, ${TOTAL} chunks/s`,
      xLabel: "stored sessions",
      yLabel: Y,
      xScale: "log",
    });
    for (const { gateway } of points) await gateway.stop();
    return part;
  },
};

const LENGTH = 200_000;
const LONG_STREAMS = 4;

/** A few answers of 200,000 chunks; what counts is the cost at the beginning and at the end of the same session. */
async function lengthPart(): Promise<Part> {
  const gateway = await place.gateway({ name: "length", more: "timeouts: { drain: 0s }\n" });
  await cost(gateway, paced(50, { warmMs: 6000, measuredMs: 2000 }));
  const bins = Array.from({ length: 10 }, (): Cost[] => []);
  for (let round = 0; round < rounds; round++) {
    const client = loadClient("sse", place.target(gateway));
    let stamps = 0;
    const shape = { streams: 1, chunks: LENGTH, perSecond: 0, burst: 8, warmMs: 0, measuredMs: 0 };
    const onText = (text: string): void => {
      for (let at = text.indexOf("~t"); at >= 0; at = text.indexOf("~t", at + 2)) stamps += 1;
    };
    const streams = Array.from({ length: LONG_STREAMS }, () =>
      client.open({ model: modelOf(shape), onText }),
    );
    const ends = Promise.all(streams.map((stream) => stream.ended));
    let isOver = false;
    void ends.then(() => {
      isOver = true;
    });
    let before = { chunks: 0, cpuUs: await gateway.cpuUs() };
    for (let bin = 0; bin < bins.length; bin++) {
      const due = ((bin + 1) * LENGTH * LONG_STREAMS) / bins.length;
      while (stamps * 8 < due - 100 && !isOver) await wait(20);
      const now = { chunks: stamps * 8, cpuUs: await gateway.cpuUs() };
      const { p99 } = await gateway.delay();
      const usPerChunk = (now.cpuUs - before.cpuUs) / Math.max(1, now.chunks - before.chunks);
      bins[bin]?.push({ usPerChunk, latencyP50Ms: 0, latencyP99Ms: 0, loopP99Ms: p99, failures: {} });
      before = now;
    }
    const failed = (await ends).filter((end) => end !== "complete");
    if (failed.length > 0) throw new Error(`a long session ended as ${failed.join(", ")}`);
    console.log(
      "session length, us per chunk in tenths:",
      bins.map((bin) => bin.at(-1)?.usPerChunk.toFixed(1)).join(" "),
    );
    client.close();
  }
  await gateway.stop();
  const points = bins.map((costs, index) => ({ x: ((index + 1) * LENGTH) / bins.length, costs }));
  return partOf(points, {
    title: "Cost of a chunk by its place in a session of 200,000, four at once",
    xLabel: "chunks of the session so far",
    yLabel: Y,
    xScale: "linear",
  });
}

/** How long the loop is held, and what other streams feel of it. */
async function delays(): Promise<object> {
  const gateway = await place.gateway({ name: "delay" });
  await cost(gateway, paced(50, { warmMs: 6000, measuredMs: 2000 }));
  const seen: Record<string, Cost> = {};
  seen["20 paced streams"] = await cost(gateway, paced(20, { perSecond: 20, stampEvery: 2 }));
  seen["50 streams as fast as they go"] = await cost(gateway, {
    streams: 50,
    chunks: 1000,
    perSecond: 0,
    warmMs: 2000,
    measuredMs,
  });
  for (const [name, prompt] of Object.entries(hostile())) {
    const client = loadClient("sse", place.target(gateway));
    let isOver = false;
    let sent = 0;
    const sending = (async () => {
      while (!isOver) {
        await client.open({ model: "mock:n=1,r=0,k=0", prompt, onText: () => {} }).ended;
        sent += 1;
      }
    })();
    const felt = await cost(gateway, paced(20, { perSecond: 20, stampEvery: 2 }));
    isOver = true;
    await sending;
    client.close();
    seen[`20 paced streams beside a megabyte of ${name} (${sent} sent)`] = felt;
  }
  await gateway.stop();
  for (const [name, { latencyP99Ms, loopP99Ms }] of Object.entries(seen))
    console.log(
      `${name}: loop p99 ${loopP99Ms.toFixed(1)} ms, latency of the others p99 ${latencyP99Ms.toFixed(1)} ms`,
    );
  return seen;
}

/** Text in which every character keeps many candidates alive. */
function hostile(): Readonly<Record<string, string>> {
  const megabyte = (unit: string): string => unit.repeat(Math.ceil((1 << 20) / unit.length));
  return {
    digits: megabyte("4111 1111-"),
    addresses: megabyte("a@b.c"),
    hexadecimal: megabyte("deadbeef0123456789abcdef"),
    "one letter": megabyte("a"),
  };
}

try {
  const result: Record<string, unknown> = {};
  for (const [name, run] of Object.entries(PARTS)) {
    if (values.only !== undefined && !values.only.includes(name)) continue;
    const part = await run();
    result[name] = part;
    console.log(`${name}: the last point costs ${part.lastOverFirst.toFixed(2)} times the first`);
    if (values["no-plots"]) continue;
    mkdirSync(resolve("docs/performance"), { recursive: true });
    const series = [{ name: "Sluice", points: part.points }];
    if (part.bare !== undefined) series.push({ name: "bare Node proxy", points: part.bare });
    const svg = plotSvg({ ...part.plot, series });
    writeFileSync(resolve("docs/performance", `${name}.svg`), svg);
  }
  if (values.only === undefined || values.only.includes("delay")) result["delay"] = await delays();
  writeResult(values.only === undefined ? "scale" : `scale-${values.only.join("-")}`, result);
} finally {
  await place.close();
}
