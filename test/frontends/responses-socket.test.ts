/** The WebSocket mode of the Responses API, by the SDK's own class and frame by frame. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { ResponsesWS } from "openai/resources/responses/ws";
import OpenAI7 from "openai7";
import { ResponsesWebSocketSession } from "openai7/lib/responses/responses-websocket-session";
import { ResponsesWS as ResponsesWS7 } from "openai7/resources/responses/ws";
import { WebSocket } from "ws";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import type { Answer, Received } from "../support/recorded-upstream.js";
import { streamedAnswer } from "../support/streams.js";

const PIECES = ["Write to jane.r", "oe@exam", "ple.com", " today", "."];
const MASKED = "Write to <EMAIL_ADDRESS> today.";

interface Frame {
  readonly type: string;
  readonly stream_id?: string;
  readonly status?: number;
  readonly delta?: string;
  readonly sequence_number?: number;
  readonly response?: { readonly id: string; readonly status: string; readonly output: unknown[] };
  readonly error?: { readonly type: string; readonly code: string; readonly message: string };
}

let world: GatewayWorld;
let token = "";
let turns = 0;
const open: { close(): void }[] = [];

function answer(request: Received): Answer {
  turns++;
  const body = streamedAnswer(request.path, PIECES)
    .replaceAll("resp_told", `resp_told_${turns}`)
    .replaceAll("msg_told", `msg_told_${turns}`);
  if (request.body.includes("slowly")) return { body, cuts: 2, paceMs: 10 };
  if (request.body.includes("endless")) return { body: body.slice(0, 2500), end: "open" };
  if (request.body.includes("torn")) return { body: body.slice(0, 2500), end: "torn" };
  return { body, cuts: 3 };
}

/** A client that sends what it likes. */
class Client {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  closed: { code: number; reason: string } | null = null;
  #wake: () => void = () => {};

  constructor(headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
    this.socket = new WebSocket(`${world.url.replace("http", "ws")}/v1/responses`, { headers });
    open.push(this.socket);
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.socket.on("close", (code, reason) => {
      this.closed = { code, reason: String(reason) };
      this.#wake();
    });
  }

  async opened(): Promise<this> {
    await new Promise((resolve, reject) => this.socket.once("open", resolve).once("error", reject));
    return this;
  }

  create(body: object): void {
    this.socket.send(JSON.stringify({ type: "response.create", model: "gpt-told", ...body }));
  }

  async until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + 5000;
    while (!holds()) {
      if (Date.now() > deadline)
        assert.fail(`nothing came; so far ${JSON.stringify(this.frames).slice(0, 800)}`);
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), sleep(200)]);
    }
  }

  /** Waits for as many endings and gives them. */
  async endings(count = 1): Promise<readonly Frame[]> {
    const ends = () =>
      this.frames.filter(({ type }) => /^(?:error|response\.(?:completed|failed))$/.test(type));
    await this.until(() => ends().length >= count);
    return ends();
  }
}

before(async () => {
  world = await openGateway();
  token = await world.token("jane");
});
after(async () => {
  for (const socket of open) socket.close();
  await world.close();
});
beforeEach(() => world.model.tell(answer));

for (const [name, connect] of [
  ["openai 6", () => new ResponsesWS(new OpenAI({ baseURL: `${world.url}/v1`, apiKey: token }))],
  ["openai 7", () => new ResponsesWS7(new OpenAI7({ baseURL: `${world.url}/v1`, apiKey: token }))],
] as const) {
  describe(`${name}, ResponsesWS`, () => {
    const ask = async (socket: ReturnType<typeof connect>, body: object) => {
      let text = "";
      let id = "";
      socket.send({ type: "response.create", model: "gpt-told", ...body } as never);
      for await (const event of socket.stream()) {
        if (event.type === "error") throw event.error;
        if (event.type === "close") throw new Error(`closed with ${event.code}`);
        if (event.type !== "message") continue;
        const message = event.message as unknown as Frame;
        if (message.type === "response.output_text.delta") text += message.delta;
        if (message.type === "response.completed") {
          id = message.response?.id ?? "";
          break;
        }
      }
      return { text, id };
    };

    test("gets the masked events, and goes on although nothing is stored", async () => {
      const socket = connect();
      open.push(socket);
      const one = await ask(socket, { input: "First", store: false });
      assert.equal(one.text, MASKED);
      const two = await ask(socket, { input: "Second", store: false, previous_response_id: one.id });
      assert.equal(two.text, MASKED);
      const { input } = JSON.parse(world.model.requests.at(-1)?.body ?? "{}");
      assert.deepEqual(
        input.map(({ role }: { role: string }) => role),
        ["user", "assistant", "user"],
      );
      assert.match(JSON.stringify(input[1]), /<EMAIL_ADDRESS>/);
    });

    test("sees a denial as an error and may ask on", async () => {
      const socket = connect();
      open.push(socket);
      await assert.rejects(ask(socket, { input: "Summarise project alder" }), /Codenames must not leave/);
      assert.equal((await ask(socket, { input: "Hello" })).text, MASKED);
    });
  });
}

describe("openai 7, ResponsesWebSocketSession", () => {
  const session = async () => {
    const socket = new ResponsesWS7(new OpenAI7({ baseURL: `${world.url}/v1`, apiKey: token }));
    open.push(socket);
    await new Promise((resolve) => socket.socket.once("open", resolve));
    return new ResponsesWebSocketSession(socket, {
      maxLanes: 16,
      maxBufferedEvents: 1000,
      maxBufferedBytes: 1 << 20,
    });
  };

  test("lanes run side by side, each with its own conversation and whole responses", async () => {
    const lanes = await session();
    const both = ["one", "two"].map(async (name) => {
      const lane = lanes.lane(name);
      lane.create({ model: "gpt-told", input: `First of ${name}`, store: false });
      const first = await lane.finalResponse();
      lane.create({
        model: "gpt-told",
        input: `slowly, more of ${name}`,
        store: false,
        previous_response_id: first.id,
      });
      return [first, await lane.finalResponse()];
    });
    for (const [first, second] of await Promise.all(both)) {
      assert.equal(first?.output_text, MASKED);
      assert.equal(second?.output_text, MASKED);
      assert.equal(second?.previous_response_id, first?.id);
      assert.equal(second?.status, "completed");
    }
    for (const name of ["one", "two"]) {
      const sent = world.model.requests.filter(({ body }) => body.includes(`more of ${name}`));
      assert.equal(sent.length, 1);
      assert.match(sent[0]?.body ?? "", new RegExp(`First of ${name}`));
    }
  });

  test("an answer of another API's model is a whole response too", async () => {
    const lane = (await session()).lane();
    lane.create({ model: "claude-told", input: "Hello" });
    assert.equal((await lane.finalResponse()).output_text, MASKED);
  });

  test("a denial and a broken stream reject, and the lane goes on", async () => {
    const lane = (await session()).lane("only");
    for (const input of ["Summarise project alder", "torn"]) {
      lane.create({ model: "gpt-told", input });
      await assert.rejects(lane.finalResponse(), /Responses WebSocket request failed/);
    }
    lane.create({ model: "gpt-told", input: "Hello" });
    assert.equal((await lane.finalResponse()).output_text, MASKED);
  });
});

describe("frames", () => {
  test("events are those of the stream, numbered from 0, with the lane where one was named", async () => {
    const client = await new Client().opened();
    client.create({ input: "Hello", stream_id: "lane.1" });
    await client.endings();
    assert.deepEqual(
      client.frames.map(({ sequence_number }) => sequence_number),
      client.frames.map((_, index) => index),
    );
    assert.equal(client.frames[0]?.type, "response.created");
    assert.ok(client.frames.every(({ stream_id }) => stream_id === "lane.1"));
    client.create({ input: "Hello" });
    await client.endings(2);
    assert.equal(client.frames.at(-1)?.stream_id, undefined);
    assert.doesNotMatch(JSON.stringify(client.frames), /jane\.roe/);
  });

  test("a denial is a 400 that no agent sends again", async () => {
    const client = await new Client().opened();
    client.create({ input: "Summarise project birch", stream_id: "a" });
    const [end] = await client.endings();
    assert.equal(end?.status, 400);
    assert.equal(end?.stream_id, "a");
    assert.deepEqual([end?.error?.type, end?.error?.code], ["invalid_request_error", "policy_denied"]);
    assert.equal(client.frames.length, 1);
  });

  test("a stream that breaks ends with one error", async () => {
    const client = await new Client().opened();
    client.create({ input: "torn" });
    const [end] = await client.endings();
    assert.equal(end?.type, "error");
    client.create({ input: "Hello" });
    const [, next] = await client.endings(2);
    assert.equal(next?.type, "response.completed");
  });

  test("the conversation is judged as a whole", async () => {
    const client = await new Client().opened();
    client.create({ input: "Let us talk of project", generate: false });
    const [warm] = await client.endings();
    assert.equal(warm?.type, "response.completed");
    assert.deepEqual(warm?.response?.output, []);
    const reached = world.model.requests.length;
    client.create({
      input: "project alder it is",
      previous_response_id: warm?.response?.id,
      generate: false,
    });
    const [, denied] = await client.endings(2);
    assert.equal(denied?.error?.code, "policy_denied");
    assert.equal(world.model.requests.length, reached);
  });

  test("an earlier response that is not known is named so", async () => {
    const client = await new Client().opened();
    client.create({ input: "Hello", previous_response_id: "resp_never" });
    const [end] = await client.endings();
    assert.deepEqual([end?.status, end?.error?.code], [400, "previous_response_not_found"]);
  });

  test("another connection does not know what was not stored", async () => {
    const one = await new Client().opened();
    one.create({ input: "Hello", store: false });
    const [end] = await one.endings();
    const two = await new Client().opened();
    two.create({ input: "On", previous_response_id: end?.response?.id });
    assert.equal((await two.endings())[0]?.error?.code, "previous_response_not_found");
  });

  for (const [what, frame, said] of [
    ["no JSON", "{", /JSON/],
    ["another type", '{"type":"response.delete"}', /response\.create/],
    ["a steer", '{"type":"response.steer"}', /steered/],
    ["a bad lane", '{"type":"response.create","stream_id":"a b","model":"gpt-told"}', /stream_id/],
    ["an unknown key", '{"type":"response.create","model":"gpt-told","input":"x","colour":1}', /colour/],
  ] as const) {
    test(`refuses ${what} and stays open`, async () => {
      const client = await new Client().opened();
      client.socket.send(frame);
      const [end] = await client.endings();
      assert.equal(end?.status, 400);
      assert.match(end?.error?.message ?? "", said);
      client.create({ input: "Hello" });
      assert.equal((await client.endings(2))[1]?.type, "response.completed");
    });
  }

  test("binary frames close the socket", async () => {
    const client = await new Client().opened();
    client.socket.send(Buffer.from("{}"));
    await client.until(() => client.closed !== null);
    assert.equal(client.closed?.code, 1003);
  });
});

describe("lanes", () => {
  test("one lane answers in order, two side by side", async () => {
    const client = await new Client().opened();
    client.create({ input: "slowly, one", stream_id: "a" });
    client.create({ input: "two", stream_id: "a" });
    client.create({ input: "three", stream_id: "b" });
    const ends = await client.endings(3);
    assert.deepEqual(
      ends.map(({ stream_id }) => stream_id),
      ["b", "a", "a"],
    );
    const lane = client.frames.filter(({ stream_id }) => stream_id === "a");
    const begins = lane.flatMap(({ type }, at) => (type === "response.created" ? [at] : []));
    const firstEnd = lane.findIndex(({ type }) => type === "response.completed");
    assert.equal(begins.length, 2);
    assert.ok((begins[1] ?? 0) > firstEnd);
  });

  test("no more than 16 run at one time", async () => {
    const client = await new Client().opened();
    for (let lane = 0; lane < 17; lane++) client.create({ input: "endless", stream_id: `l${lane}` });
    const [refused] = await client.endings();
    assert.deepEqual(
      [refused?.stream_id, refused?.status, refused?.error?.code],
      ["l16", 400, "websocket_stream_limit_reached"],
    );
    client.socket.terminate();
  });

  test("a connection has no more than 32 named lanes", async () => {
    const client = await new Client().opened();
    for (let lane = 0; lane < 33; lane++) {
      client.create({ input: "warm", generate: false, stream_id: `l${lane}` });
      await client.endings(lane + 1);
    }
    const ends = await client.endings(33);
    assert.equal(ends.filter(({ type }) => type === "response.completed").length, 32);
    assert.equal(ends.at(-1)?.error?.code, "websocket_stream_limit_reached");
  });
});

describe("connection", () => {
  test("is refused without a token", async () => {
    const client = new Client({});
    await assert.rejects(client.opened(), /401/);
  });

  test("selects no subprotocol and refuses foreign pages", async () => {
    const foreign = new Client({ authorization: `Bearer ${token}`, origin: "https://evil.example" });
    await assert.rejects(foreign.opened(), /403/);
    assert.equal((await new Client().opened()).socket.protocol, "");
  });

  test("that closes cancels what runs on it", async () => {
    const client = await new Client().opened();
    let letGo: Promise<unknown> = Promise.resolve();
    world.model.tell((request, response) => {
      letGo = once(response, "close");
      return answer(request);
    });
    client.create({ input: "endless" });
    await client.until(() => client.frames.some(({ type }) => type.endsWith("delta")));
    client.socket.close();
    await letGo;
    assert.equal(world.running.gateway.liveSessions, 0);
  });
});
