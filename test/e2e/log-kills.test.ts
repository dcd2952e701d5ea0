/**
 * The gateway as its own process, killed at random instants while clients stream over every front end: what a
 * client saw is the beginning of the log, and attaching gives the rest. 2 kills, or as many as `SLUICE_KILLS`
 * says; every other one with `durability: fsync`.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { Reading, Seen, Way } from "../contracts/way.js";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { type GatewayProcess, startGateway } from "../support/gateway-process.js";
import { waysInto } from "../support/hand-gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { seeded } from "../support/seeded.js";
import { chatStream } from "../support/streams.js";

keepAlive();

const KILLS = Number(process.env["SLUICE_KILLS"] ?? 2);
const SEED = Number(process.env["SLUICE_SEED"] ?? 1);
const STREAMS_PER_WAY = 4;
const LONGEST_MS = 700;
const WORDS = Array.from({ length: 4000 }, (_, index) => `word${index} `);
const TEXT = WORDS.join("");

interface Started {
  readonly gateway: GatewayProcess;
  readonly client: GrpcClient;
  readonly ways: readonly Way[];
}

let place: GatewayFolder;
let token = "";
let recording = "";

before(async () => {
  place = await openFolder("limits: { loopDelay: 0ms }\n");
  recording = await readFile(place.file, "utf8");
  token = await place.token("jane");
  place.model.tell(() => ({ body: chatStream(WORDS), cuts: 3, paceMs: 3 }));
});
after(async () => {
  await place?.close();
});

async function start(durability: string): Promise<Started> {
  const written = recording.replace("path: ./data,", `path: ./data, durability: ${durability},`);
  assert.notEqual(written, recording);
  await writeFile(place.file, written);
  const gateway = await startGateway(place.file);
  const client = new GrpcClient(gateway.grpcAddress);
  return { gateway, client, ways: [...waysInto(gateway.url, client).values()] };
}

async function end({ gateway, client }: Started, signal: NodeJS.Signals): Promise<void> {
  await gateway.kill(signal);
  client.close();
}

/** Streams over every way until the process is killed; what each client had then. */
async function killed(started: Started, afterMs: number): Promise<readonly Seen[]> {
  const begun = await Promise.all(
    started.ways.flatMap((way) =>
      Array.from({ length: STREAMS_PER_WAY }, () => way.begin({ token, prompt: "Go on", model: "gpt-told" })),
    ),
  );
  await Promise.race(begun.map(({ firstText }: Reading) => firstText));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await end(started, "SIGKILL");
  return Promise.all(begun.map(async ({ seen, session }) => ({ ...(await seen), session })));
}

async function assertKept(seen: Seen, way: Way): Promise<void> {
  const { session } = seen;
  const last = seen.seqs.at(-1) ?? 0;
  const whole = await way.attach({ token, session, afterSeq: 0 });
  assert.equal(whole.outcome, "interrupted", `${way.name} ${session}`);
  assert.ok(TEXT.startsWith(whole.text), "the log holds something else");
  assert.ok(whole.text.startsWith(seen.text), "a client saw what the log does not hold");
  const rest = await way.attach({ token, session, afterSeq: last });
  assert.equal(seen.text + rest.text, whole.text, "attaching does not give the rest");
  assert.ok(rest.seqs.every((seq) => seq > last));
  assert.equal(rest.outcome, "interrupted");
}

describe("a gateway that is killed while it streams", () => {
  test(`has recorded what every client saw (${KILLS} kills, seed ${SEED})`, {
    timeout: 60_000 + KILLS * 30_000,
  }, async (run) => {
    const random = seeded(SEED);
    let transcripts = 0;
    let characters = 0;
    let running = await start("commit");
    for (let kill = 1; kill <= KILLS; kill++) {
      const seen = await killed(running, random() * LONGEST_MS);
      running = await start(kill % 2 === 0 ? "commit" : "fsync");
      for (const [index, one] of seen.entries()) {
        if (one.session === "") continue;
        transcripts++;
        characters += one.text.length;
        // Another front end than the one that carried it.
        const way = running.ways[(index + kill) % running.ways.length] ?? assert.fail();
        await assertKept(one, way);
      }
    }
    const operator = await place.token("olga", { groups: ["platform"] });
    const report = await running.client.unary<{ intact: boolean; problems: object[] }>(
      "Sessions/Verify",
      {},
      { token: operator },
    );
    assert.deepEqual(report.problems, []);
    await end(running, "SIGTERM");
    run.diagnostic(`${KILLS} kills, ${transcripts} transcripts, ${characters} characters`);
    assert.ok(transcripts >= KILLS * STREAMS_PER_WAY && characters > 0);
  });
});
