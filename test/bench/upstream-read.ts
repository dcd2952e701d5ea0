/**
 * CPU of reading one streamed answer, microseconds per chunk: the HTTP upstream (below the library's stream
 * API) against `fetch` with its reader, in one run, rounds in turns. `node --import tsx
 * test/bench/upstream-read.ts [chunks] [rounds]`. The server is a process of its own, so that only the reading
 * side is counted; the decoder on both sides does no more than count lines.
 */
import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { DecodedEvent, Decoder } from "../../src/dialects/dialect.js";
import { systemClock } from "../../src/domain/time.js";
import { createHttpUpstream } from "../../src/upstreams/index.js";
import { lineDialect } from "../support/line-dialect.js";
import { allowedCall } from "../support/upstream-call.js";

const LINE = `t:${"word ".repeat(40)}\n`;
const LIMITS = { eventBytes: 65_536, totalBytes: 1e9, choices: 1, channels: 1, jsonDepth: 8 };
const TIMEOUTS = { connectMs: 5_000, firstTokenMs: 60_000, progressMs: 60_000, totalMs: 600_000 };

const PACED_STREAMS = 60;
const PACED_CHUNKS = 100;
const PACE_MS = 20;

/**
 * Streams `chunks` lines per answer, one write each; `every` writes in one turn of the loop. With `every` 0
 * an answer has fewer lines, one per 20 ms.
 */
function serve(chunks: number): void {
  const server = createServer((request, response) => {
    const every = Number(request.headers["x-every"] ?? 1);
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    let sent = 0;
    if (every === 0) {
      const timer = setInterval(() => {
        response.write(LINE);
        if (++sent < PACED_CHUNKS) return;
        clearInterval(timer);
        response.end("done\n");
      }, PACE_MS);
      return;
    }
    const more = () => {
      let isTaken = true;
      for (let at = 0; at < every && sent < chunks; at++, sent++) isTaken = response.write(LINE);
      if (sent >= chunks) response.end("done\n");
      else if (isTaken) setImmediate(more);
      else response.once("drain", more);
    };
    more();
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

const CHUNK: DecodedEvent = {
  type: "delta",
  channel: { id: 0, kind: "text", choice: 0, index: 0, toolCallId: null, toolName: null, syntax: "text" },
  text: "word",
  template: null,
  logprobs: null,
};

/** One event per line; the answer is whole when it ends. */
function countingDecoder(): Decoder {
  return {
    push: (bytes) => {
      const events: DecodedEvent[] = [];
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) events.push(CHUNK);
      return events;
    },
    end: () => [{ type: "finished" }],
  };
}

async function viaUpstream(url: string, every: number): Promise<number> {
  const upstream = createHttpUpstream({
    name: "model",
    dialect: { ...lineDialect(), streamDecoder: countingDecoder },
    url,
    credential: () => "",
    headers: { "x-every": String(every) },
    limits: LIMITS,
    timeouts: TIMEOUTS,
    apiVersion: null,
    maxConcurrent: PACED_STREAMS,
    clock: systemClock,
  });
  const events = await together(every, async () => {
    let told = 0;
    await new Promise<void>((resolve, reject) => {
      upstream.open(allowedCall(), {
        opened: () => undefined,
        events: (batch) => {
          told += batch.length;
        },
        failed: reject,
        finished: resolve,
      });
    });
    return told;
  });
  await upstream.close();
  return events;
}

/** Paced answers are read many at a time, others alone. */
async function together(every: number, read: () => Promise<number>): Promise<number> {
  const streams = Array.from({ length: every === 0 ? PACED_STREAMS : 1 }, read);
  return (await Promise.all(streams)).reduce((sum, events) => sum + events, 0);
}

function viaFetch(url: string, every: number): Promise<number> {
  return together(every, () => fetchOne(url, every));
}

async function fetchOne(url: string, every: number): Promise<number> {
  const headers = { "x-every": String(every) };
  const response = await fetch(`${url}/lines`, { method: "POST", body: "{}", headers });
  const decoder = countingDecoder();
  let events = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    events += decoder.push(
      Buffer.from(read.value.buffer, read.value.byteOffset, read.value.byteLength),
    ).length;
  }
  return events;
}

async function cpuPerChunk(read: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  const events = await read();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / events;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function main(chunks: number, rounds: number): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), ["serve", String(chunks)]);
  const port = await new Promise((resolve) => server.once("message", resolve));
  const url = `http://127.0.0.1:${port}`;
  for (const every of [0, 1, 4, 16]) {
    const results: [number, number][] = [];
    for (let round = 0; round < rounds + 1; round++) {
      const ours = await cpuPerChunk(() => viaUpstream(url, every));
      const theirs = await cpuPerChunk(() => viaFetch(url, every));
      // The first round warms the code up.
      if (round > 0) results.push([ours, theirs]);
    }
    const ours = median(results.map(([value]) => value)).toFixed(2);
    const theirs = median(results.map(([, value]) => value)).toFixed(2);
    const ratio = median(results.map(([a, b]) => a / b)).toFixed(2);
    const load = every === 0 ? `${PACED_STREAMS} streams, a chunk per ${PACE_MS} ms` : `${every} per turn`;
    console.log(`${load}: upstream ${ours} us/chunk, fetch ${theirs} us/chunk, ratio ${ratio}`);
  }
  server.kill();
}

const [first, second] = process.argv.slice(2);
if (first === "serve") serve(Number(second));
else await main(Number(first ?? 20_000), Number(second ?? 7));
