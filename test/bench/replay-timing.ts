/**
 * How near replays come to the recorded offsets, over every front end at speed 1:
 * `node --import tsx test/bench/replay-timing.ts [--seconds=10]`. What is measured is the whole way: store,
 * replay clock, encoding, socket, and the client that reads it, which runs in the same process.
 */
import { parseArgs } from "node:util";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { grpcLogWay, httpLogWay, webSocketLogWay } from "../frontends/ways/log-ways.js";
import { chunk, ended, opened } from "../recording/fixtures.js";
import { openGateway } from "../support/gateway.js";
import { seeded } from "../support/seeded.js";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" } } });
const lengthMs = Number(values.seconds) * 1000;
const world = await openGateway();
const client = new GrpcClient(world.grpcAddress, { deadlineMs: 3_600_000 });
// Timers of the gateway keep no process alive.
const hold = setInterval(() => {}, 1000);

/** A session at the pace of a model: bursts, gaps, and now and then nothing for half a second. */
async function recorded(): Promise<string> {
  const writer = world.running.log.begin(opened());
  const random = seeded(3);
  const startedMs = performance.now();
  while (performance.now() - startedMs < lengthMs) {
    writer.append(chunk(" word"));
    const share = random();
    const waitMs = share < 0.3 ? 0 : share < 0.98 ? random() * 40 : 500;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  writer.append(ended());
  await writer.committed(writer.lastSeq);
  return writer.session;
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
}

const session = await recorded();
const token = await world.token("olga", { groups: ["platform"] });
for (const way of [grpcLogWay(client), webSocketLogWay(world.url), httpLogWay(world.url)]) {
  const arrivals: number[] = [];
  const from = { token, session, afterSeq: 0, speed: 1, onEvent: () => arrivals.push(performance.now()) };
  const { events } = await way.replay(from);
  const delays = events.map(({ offsetMs = 0 }, index) => (arrivals[index] ?? 0) - offsetMs);
  // The way to the client takes its time for all alike; the first event waits for the connection besides.
  const usual = [...delays].sort((a, b) => a - b)[Math.floor(delays.length / 2)] ?? 0;
  const late = delays.map((delay) => Math.abs(delay - usual)).sort((a, b) => a - b);
  console.log(
    `${way.name.padEnd(10)} ${late.length} events, difference from the recorded offset: p50 ${at(late, 0.5)} ms, p99 ${at(late, 0.99)} ms, most ${at(late, 0.9999)} ms`,
  );
}
client.close();
await world.close();
clearInterval(hold);
