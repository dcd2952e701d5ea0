import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { ResponsesWS } from "openai/resources/responses/ws";
import WebSocket from "ws";
import { keepAlive } from "../../support/keep-alive.js";
import { type GatewayWorld, openWorld } from "../gateway-world.js";

keepAlive();

interface Event {
  readonly type: string;
  readonly stream_id?: string;
  readonly status?: number;
  readonly delta?: string;
  readonly error?: { readonly type: string; readonly code: string; readonly message: string };
  readonly response?: { readonly id: string; readonly status: string; readonly output: readonly object[] };
}

describe("Responses over WebSocket", () => {
  let world: GatewayWorld;
  let token: string;
  let socket: WebSocket;
  let events: Event[];
  let wake: () => void = () => {};

  before(async () => {
    world = await openWorld();
    token = await world.token("ada", ["staff"]);
    const url = `${world.httpUrl.replace("http", "ws")}/v1/responses`;
    socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    events = [];
    socket.on("message", (data) => {
      events.push(JSON.parse(data.toString()));
      wake();
    });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  });
  after(async () => {
    socket?.terminate();
    await world?.close();
  });

  async function turn(body: object): Promise<readonly Event[]> {
    const from = events.length;
    socket.send(JSON.stringify({ type: "response.create", model: "demo", ...body }));
    for (;;) {
      const mine = events.slice(from);
      if (mine.some(({ type }) => /^(error|response\.(completed|failed|incomplete))$/.test(type)))
        return mine;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  const textOf = (all: readonly Event[]): string =>
    all.map(({ type, delta }) => (type === "response.output_text.delta" ? (delta ?? "") : "")).join("");

  test("speaks the same events as the HTTP stream, one frame each", async () => {
    const all = await turn({ input: "repeat: over the socket" });
    assert.equal(all[0]?.type, "response.created");
    assert.equal(all.at(-1)?.type, "response.completed");
    assert.equal(textOf(all), "over the socket");
    assert.ok(all.every(({ stream_id }) => stream_id === undefined));
  });

  test("judges a conversation as a whole that comes in parts", async () => {
    const first = await turn({ input: "repeat: project" });
    const id = first.at(-1)?.response?.id;
    const second = await turn({ input: "repeat: two", previous_response_id: id });
    assert.equal(textOf(second), "two");
    const prepared = await turn({ input: "about project alder", generate: false });
    assert.equal(prepared.at(-1)?.error?.code, "policy_denied");
    const unknown = await turn({ input: "hi", previous_response_id: "resp_unknown" });
    assert.equal(unknown.at(-1)?.error?.code, "previous_response_not_found");
  });

  test("a warm-up completes without output, and its prompt counts in the next turn", async () => {
    const prepared = await turn({ input: "repeat: warm", generate: false });
    const { response } = prepared.at(-1) ?? {};
    assert.equal(response?.status, "completed");
    assert.deepEqual(response?.output, []);
    const next = await turn({ input: [], previous_response_id: response?.id });
    assert.equal(textOf(next), "warm");
  });

  test("a denial is a 400 of the kind that no agent tries again, and the socket stays open", async () => {
    const [denied] = await turn({ input: "project alder" });
    assert.equal(denied?.type, "error");
    assert.equal(denied?.status, 400);
    assert.equal(denied?.error?.type, "invalid_request_error");
    assert.equal(denied?.error?.code, "policy_denied");
    assert.equal(textOf(await turn({ input: "repeat: still open" })), "still open");
  });

  test("named lanes run side by side, each event saying whose it is", async () => {
    const slow = turn({ model: "slow", input: "repeat: a b c d e f g h", stream_id: "one" });
    const from = events.length;
    socket.send(
      JSON.stringify({ type: "response.create", model: "demo", input: "repeat: fast", stream_id: "two" }),
    );
    await slow;
    for (;;) {
      const done = events.slice(from).filter(({ type }) => type === "response.completed");
      if (done.length === 2) {
        assert.equal(done[0]?.stream_id, "two");
        assert.equal(done[1]?.stream_id, "one");
        break;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  });

  test("what is no request is named", async () => {
    for (const [frame, code] of [
      [{ type: "response.steer" }, "invalid_request"],
      [{ type: "response.create", stream_id: "a b" }, "invalid_request"],
      [{ type: "response.create", model: "nobody", input: "x" }, "model_not_found"],
    ] as const) {
      const from = events.length;
      socket.send(JSON.stringify(frame));
      while (events.length === from) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      assert.equal(events.at(-1)?.error?.code, code);
    }
  });

  test("the SDK's own class gets a whole answer", async () => {
    const client = new OpenAI({ apiKey: token, baseURL: `${world.httpUrl}/v1` });
    const ws = new ResponsesWS(client);
    let text = "";
    const done = new Promise<void>((resolve, reject) => {
      ws.on("response.output_text.delta", ({ delta }) => {
        text += delta;
      });
      ws.on("response.completed", () => resolve());
      ws.on("error", reject);
    });
    ws.send({ type: "response.create", model: "demo", input: "repeat: by the SDK" });
    await done;
    ws.close();
    assert.equal(text, "by the SDK");
  });
});
