/**
 * Readers that stop reading, on every front end, against a gateway in a process of its own; as many as
 * `SLUICE_READERS` says, by default so many as a test run has time for: the kernel takes megabytes for each
 * TCP connection that nobody reads.
 */
import { strict as assert } from "node:assert";
import { readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { connect, createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Reading, Way } from "../contracts/way.js";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { type GatewayProcess, startGateway } from "../support/gateway-process.js";
import { waysInto } from "../support/hand-gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { chatStream } from "../support/streams.js";

keepAlive();

const ASKED = process.env["SLUICE_READERS"];
const READERS: Readonly<Record<string, number>> = { gRPC: 30, WebSocket: 8, HTTP: 8 };
const OPENED_TOGETHER = 10;
const RESUMED = 2;
const A_LITTLE = 100;
const PIECE = `${"many plain words ".repeat(240)}\n`;
/** `recording.maxLead`. */
const MAX_LEAD = 256;
const MIB = 1024 * 1024;
const MOST_FOR_A_READER = MIB;

const LITTLE = "Tell me a little";
const MUCH = "Tell me everything";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    recordsSensitive: true
    connections: [openai]
    models: ["gpt-*"]
    completion:
      - id: mail
        mask: { entities: [EMAIL_ADDRESS] }
`;

let openAnswers = 0;
let place: GatewayFolder;
let gateway: GatewayProcess;
let client: GrpcClient;
let token = "";
let pieces: readonly string[] = [];
let events: readonly string[] = [];
let ways: ReadonlyMap<string, Way> = new Map();

before(async () => {
  // Longer than what the kernel takes on both sides of the gateway, than the lead of a producer, and than
  // what a client holds that has stopped (grpc-js: sixteen messages).
  const count = Math.ceil((2.3 * (await kernelRoom()) + 4 * MIB) / PIECE.length) + MAX_LEAD;
  pieces = Array.from({ length: count }, (_, index) => `${index} ${PIECE}`);
  events = chatStream(pieces)
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => `${event}\n\n`);
  place = await openFolder("limits: { loopDelay: 0ms, sessions: 5000 }\n", POLICIES);
  const config = await readFile(place.file, "utf8");
  await writeFile(
    place.file,
    config.replace("timeouts: { drain: 0s }", "timeouts: { drain: 0s, stall: 1h }"),
  );
  place.model.tell(({ body }, response) => {
    void answer(
      response,
      body.includes(LITTLE) ? [...events.slice(0, A_LITTLE + 1), ...events.slice(-2)] : events,
    );
    return null;
  });
  gateway = await startGateway(place.file, { isMeasured: true });
  client = new GrpcClient(gateway.grpcAddress, { deadlineMs: 3_600_000 });
  token = await place.token("jane");
  ways = waysInto(gateway.url, client);
});
after(async () => {
  client?.close();
  await gateway?.kill("SIGKILL");
  await place?.close();
});

/** Bytes that a connection on loopback takes although nobody reads them. */
async function kernelRoom(): Promise<number> {
  let written = 0;
  const server = createServer((socket) => {
    const fill = (): void => {
      do written += PIECE.length;
      while (socket.write(PIECE));
    };
    socket.on("drain", fill);
    socket.on("error", () => {});
    fill();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const socket = connect(typeof bound === "object" && bound !== null ? bound.port : 0, "127.0.0.1");
  socket.once("data", () => socket.pause());
  await quiet(() => written);
  socket.destroy();
  server.close();
  return written;
}

/** Resolves when a count has not moved for a while. */
async function quiet(count: () => number | Promise<number>): Promise<void> {
  let last = -1;
  for (let waited = 0, same = 0; same < 5; waited++) {
    assert.ok(waited < 2000, "it does not come to rest");
    const now = await count();
    same = now === last ? same + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function answer(response: ServerResponse, told: readonly string[]): Promise<void> {
  let wake = (): void => {};
  response.writeHead(200, { "content-type": "text/event-stream" });
  openAnswers++;
  response.on("close", () => {
    openAnswers--;
    wake();
  });
  response.on("drain", () => wake());
  for (const event of told) {
    if (response.destroyed) return;
    if (response.write(event)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  response.end();
}

/** Entries of the sessions that run. What the kernel moves meanwhile the gateway has not read. */
async function recorded(): Promise<number> {
  const asked = { outcome: "open", limit: 500 };
  const { items } = await client.unary<{ items: { lastSeq: number }[] }>("Sessions/List", asked, { token });
  return items.reduce((sum, { lastSeq }) => sum + lastSeq, 0);
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

async function until(test: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !test(); waited++) {
    assert.ok(waited < 1000, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function little(way: Way): Promise<Reading> {
  return way.begin({ token, prompt: LITTLE, model: "gpt-told" });
}

async function stalledReaders(way: Way, count: number): Promise<readonly Reading[]> {
  const readers: Reading[] = [];
  while (readers.length < count) {
    const wanted = Math.min(OPENED_TOGETHER, count - readers.length);
    const some = await Promise.all(
      Array.from({ length: wanted }, async () => {
        const reading = await way.begin({ token, prompt: MUCH, model: "gpt-told" });
        await reading.firstText;
        reading.pause();
        return reading;
      }),
    );
    readers.push(...some);
  }
  return readers;
}

async function assertWhole(reading: Reading, name: string, text: string): Promise<void> {
  const seen = await reading.seen;
  assert.equal(seen.outcome, "complete", name);
  assert.ok(seen.text === text, `${name}: ${seen.text.length} characters of ${text.length}`);
  assert.deepEqual(
    seen.seqs,
    [...new Set(seen.seqs)].sort((a, b) => a - b),
    name,
  );
}

for (const [name, few] of Object.entries(READERS)) {
  const count = Number(ASKED ?? few);
  describe(`${count} readers over ${name} that stop reading`, () => {
    let readers: readonly Reading[] = [];
    const way = (): Way => ways.get(name) ?? assert.fail(name);
    const others = (): readonly Way[] => [...ways.values()];

    test("stop the reading of their models, and memory stays where it is", async (run) => {
      // What is built at first use is not the readers'.
      await (await little(way())).seen;
      const idle = await gateway.memory();
      readers = await stalledReaders(way(), count);
      await quiet(recorded);
      const entries = await recorded();
      const before = await gateway.memory();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const after = await gateway.memory();
      const growth = after.usedBytes - before.usedBytes;
      const each = (before.usedBytes - idle.usedBytes) / count;
      run.diagnostic(
        `in use ${mib(before.usedBytes)} MiB, ${(each / 1024).toFixed(0)} KiB for each reader, growth at rest ${(growth / 1024).toFixed(0)} KiB, resident ${mib(after.residentBytes)} MiB`,
      );
      assert.equal(await recorded(), entries, "a model was read on");
      assert.equal(openAnswers, count, "an answer has ended");
      assert.ok(growth < MIB, `memory grew by ${growth} bytes while nobody read`);
      assert.ok(each < MOST_FOR_A_READER, `a reader that stopped holds ${each} bytes`);
    });

    test("keep nobody else waiting", async () => {
      for (const other of others()) {
        await assertWhole(await little(other), other.name, pieces.slice(0, A_LITTLE).join(""));
      }
    });

    test("read on where they stopped, without gap or repeat", async () => {
      for (const reading of readers.slice(0, RESUMED)) {
        reading.resume();
        await assertWhole(reading, name, pieces.join(""));
      }
    });

    test("are let go of together with their models when they go away", async () => {
      for (const reading of readers.slice(RESUMED)) reading.drop();
      // On a resumable connection the sessions go on for their grace, and what they say then nobody reads.
      const token = await place.token("jane");
      for (const { session } of readers.slice(RESUMED)) {
        await client.unary("Completions/Cancel", { sessionId: session }, { token });
      }
      await until(() => openAnswers === 0, `the models: ${openAnswers} answers are open`);
    });
  });
}
