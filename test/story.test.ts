/**
 * One session from wire to log to replay: a stock client asks with the gateway's address and its token, the
 * model's recorded stream is masked on the way, and everybody who may reads the same log again.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI, { PermissionDeniedError } from "openai";
import WebSocket from "ws";
import type { Entry } from "../src/domain/entry.js";
import { parseSessionId } from "../src/domain/session-id.js";
import { readAll } from "../src/recording/read-all.js";
import { GrpcClient, isServiceError } from "./frontends/ways/grpc-way.js";
import { type GatewayWorld, MODEL_CREDENTIAL, openGateway } from "./support/gateway.js";
import { chatStream } from "./support/streams.js";

const EMAIL = "jane.roe@example.com";
const CARD = "4111 1111 1111 1111";
const PIECES = [
  "Dear J",
  "ane, we wrote to jane.r",
  "oe@exam",
  "ple.com about card 4111 1",
  "111 1111",
  " 1111 today",
  ".",
];
const MASKED = "Dear Jane, we wrote to <EMAIL_ADDRESS> about card <CREDIT_CARD> today.";

/** An event of a session in the contract's JSON form, as far as the story needs it. */
interface StoryEvent {
  readonly seq: number;
  readonly offsetMs?: number;
  readonly chunk?: { readonly text: string };
  readonly ended?: { readonly outcome: string };
}

let world: GatewayWorld;
let token = "";
let session = "";
let received = "";
const chunksAtClient: string[] = [];

before(async () => {
  world = await openGateway();
  token = await world.token("jane");
});
after(() => world.close());

describe("the story of one session", () => {
  test("a stock client gets the masked answer", async () => {
    world.model.tell(() => ({ body: chatStream(PIECES), cuts: 11 }));
    const sdk = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: token, fetch: recordingFetch });
    const { data: stream, response } = await sdk.chat.completions
      .create({ model: "gpt-told", stream: true, messages: [{ role: "user", content: "Write to Jane." }] })
      .withResponse();
    session = response.headers.get("x-sluice-session") ?? "";
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta.content ?? "";
      if (text !== "") chunksAtClient.push(text);
    }
    assert.equal(chunksAtClient.join(""), MASKED);
    assert.ok(chunksAtClient.length > 3, "it came in pieces");
    assert.doesNotMatch(received, /jane\.r|oe@exam|4111|1111/);
  });

  test("the model saw the gateway's credential and nothing of the caller's", () => {
    const [request] = world.model.requests;
    assert.equal(request?.headers.authorization, `Bearer ${MODEL_CREDENTIAL}`);
    assert.ok(!JSON.stringify(request).includes(token));
    assert.ok(!received.includes(MODEL_CREDENTIAL));
  });

  test("the log holds what happened in order, masked", async () => {
    const entries = await logOf(session);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_entry, index) => index + 1),
    );
    const kinds = entries.map(({ type }) => type);
    assert.deepEqual(kinds.slice(0, 3), ["opened", "decided", "upstream_opened"]);
    assert.equal(kinds.at(-1), "ended");
    const texts = entries.flatMap((entry) => (entry.type === "chunk" ? [entry.text] : []));
    assert.deepEqual(texts, chunksAtClient);
    const ended = entries.at(-1);
    assert.ok(ended?.type === "ended" && ended.outcome === "complete");
    assert.deepEqual(ended.totals.findings, { CREDIT_CARD: 1, EMAIL_ADDRESS: 1 });
    assert.doesNotMatch(JSON.stringify(entries), new RegExp(`${EMAIL}|${CARD}`));
  });

  test("the chain of the session and the ledger verify", async () => {
    assert.deepEqual((await world.running.verify(session)).problems, []);
    assert.deepEqual((await world.running.verify()).problems, []);
  });

  test("every way of replaying gives the same chunks with the same boundaries", async () => {
    const [http, grpc, socket] = await Promise.all([
      replayHttp(token),
      replayGrpc(token),
      replaySocket(token),
    ]);
    const entries = await logOf(session);
    for (const events of [http, grpc, socket]) {
      assert.deepEqual(textsOf(events), chunksAtClient);
      assert.deepEqual(
        events.map(({ seq }) => seq),
        entries.filter(({ type }) => type !== "template").map(({ seq }) => seq),
      );
      assert.equal(events.at(-1)?.ended?.outcome, "complete");
    }
    assert.deepEqual(http, socket);
    const recorded = new Map(entries.map(({ seq, offsetUs }) => [seq, offsetUs / 1000]));
    for (const { seq, offsetMs = 0 } of grpc) assert.equal(offsetMs, recorded.get(seq));
  });

  test("somebody else's session is not found, whichever way it is asked for", async () => {
    const stranger = await world.token("mallory");
    const response = await fetch(`${world.url}/v1/sessions/${session}/stream?speed=16`, {
      headers: { authorization: `Bearer ${stranger}` },
    });
    assert.equal(response.status, 404);
    assert.doesNotMatch(await response.text(), /Dear|jane/);
    await assert.rejects(replayGrpc(stranger), (thrown) => isServiceError(thrown) && thrown.code === 5);
    await assert.rejects(replaySocket(stranger), /not_found/);
  });

  test("a blocked prompt opens no connection to the model and is denied once, typed", async () => {
    const [accepted, asked] = [world.model.accepted(), world.model.requests.length];
    let attempts = 0;
    const counting: typeof fetch = (input, init) => {
      attempts++;
      return fetch(input, init);
    };
    const sdk = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: token, fetch: counting });
    const messages = [{ role: "user" as const, content: "Summarise project alder" }];
    for (const stream of [true, false]) {
      attempts = 0;
      await assert.rejects(
        sdk.chat.completions.create({ model: "gpt-told", stream, messages }),
        (thrown) =>
          thrown instanceof PermissionDeniedError &&
          thrown.code === "policy_denied" &&
          /Codenames must not leave/.test(thrown.message),
      );
      assert.equal(attempts, 1);
    }
    assert.equal(world.model.accepted(), accepted);
    assert.equal(world.model.requests.length, asked);
  });
});

const recordingFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  received += JSON.stringify([...response.headers]);
  if (response.body === null) return response;
  const noting = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => {
      received += Buffer.from(bytes).toString();
      controller.enqueue(bytes);
    },
  });
  return new Response(response.body.pipeThrough(noting), response);
};

async function logOf(id: string): Promise<readonly Entry[]> {
  const known = parseSessionId(id);
  assert.ok(known !== null);
  const reader = await world.running.log.reader(known);
  assert.ok(reader !== null);
  const entries: Entry[] = [];
  for await (const entry of readAll(reader)) entries.push(entry);
  return entries;
}

function textsOf(events: readonly StoryEvent[]): readonly string[] {
  return events.flatMap(({ chunk }) => (chunk === undefined ? [] : [chunk.text]));
}

async function replayHttp(bearer: string): Promise<readonly StoryEvent[]> {
  const response = await fetch(`${world.url}/v1/sessions/${session}/stream?speed=16`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  assert.equal(response.status, 200);
  return (await response.text())
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line): StoryEvent => JSON.parse(line.slice(6)));
}

function replayGrpc(bearer: string): Promise<readonly StoryEvent[]> {
  const client = new GrpcClient(world.grpcAddress);
  const call = client.stream("Sessions/Replay", { sessionId: session, speed: 16 }, { token: bearer });
  const events: StoryEvent[] = [];
  return new Promise<readonly StoryEvent[]>((resolve, reject) => {
    call.on("data", (batch: { events: readonly StoryEvent[] }) => events.push(...batch.events));
    call.on("end", () => resolve(events));
    call.on("error", reject);
  }).finally(() => client.close());
}

function replaySocket(bearer: string): Promise<readonly StoryEvent[]> {
  const socket = new WebSocket(`${world.url.replace("http", "ws")}/v1/stream`, ["sluice.v1.json"], {
    headers: { authorization: `Bearer ${bearer}` },
  });
  const events: StoryEvent[] = [];
  return new Promise<readonly StoryEvent[]>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed early")));
    socket.on("open", () =>
      socket.send(JSON.stringify({ stream: "s", replay: { sessionId: session, speed: 16 } })),
    );
    socket.on("message", (data) => {
      const {
        stream: _stream,
        error,
        ...event
      }: StoryEvent & { stream: string; error?: { code: string } } = JSON.parse(data.toString());
      if (error !== undefined) return reject(new Error(error.code));
      events.push(event);
      if (event.ended !== undefined) resolve(events);
    });
  }).finally(() => socket.close());
}
