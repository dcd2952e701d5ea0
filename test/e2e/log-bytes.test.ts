/** What a live client received, against every later reading of the same log, byte for byte. */
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import {
  type LiveReading,
  type LogCase,
  type LogContractWorld,
  type LogWay,
  logContract,
} from "../contracts/log-contract.js";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { CHAT, COMPLETIONS, type Json, MESSAGES, RESPONSES } from "../frontends/ways/http-way.js";
import { grpcLogWay, httpLogWay, webSocketLogWay } from "../frontends/ways/log-ways.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { chatStream, streamedAnswer } from "../support/streams.js";

keepAlive();

const PIECES = [
  "Dear ",
  "customer, write to jane.r",
  "oe@exam",
  "ple.com or pay with 4111 11",
  "11 1111 1111 now. ",
  "Naïve café ☕, 東京, ",
  "👩‍👩‍👧 \u0007 and \u2028 \ud83d",
  '\ude00 \n\n\t"quoted" \\ ',
  ...Array.from({ length: 30 }, (_, index) => `word${index} `),
];
/** Reasoning, text, and a tool call whose arguments are cut inside a masked value. */
const CHANNELS = [
  { index: 0, delta: { role: "assistant", reasoning_content: "I think of " } },
  { index: 0, delta: { reasoning_content: "jane.roe@example.com first. " } },
  { index: 0, delta: { content: "Looking it up." } },
  toolCall({ id: "call_1", type: "function", function: { name: "mail", arguments: "" } }),
  toolCall({ function: { arguments: '{"to":"jane.r' } }),
  toolCall({ function: { arguments: 'oe@example.com","n":4}' } }),
  { index: 0, delta: {}, finish_reason: "tool_calls" },
];

function toolCall(call: object) {
  return { index: 0, delta: { tool_calls: [{ index: 0, ...call }] } };
}

function channelStream(): string {
  const head = { id: "chatcmpl-told", object: "chat.completion.chunk", created: 1, model: "gpt-told" };
  const events = CHANNELS.map((choice) => ({
    ...head,
    choices: [{ logprobs: null, finish_reason: null, ...choice }],
  }));
  return `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;
}

let world: GatewayWorld;
let client: GrpcClient;
let contractWorld: LogContractWorld;
const ways = new Map<string, LogWay>();

const CASE_NAMES = [
  "a whole answer with masks",
  "an answer with several channels",
  "a denied request",
  "a torn upstream",
  "a session that was stopped",
  "a session that waited for a review",
];

function cases(): readonly LogCase[] {
  const tell = (body: string, more: object = {}) => world.model.tell(() => ({ body, cuts: 7, ...more }));
  return [
    {
      name: "a whole answer with masks",
      prompt: "Write to the customer",
      outcome: "complete",
      before: () => tell(chatStream(PIECES), { paceMs: 2 }),
    },
    {
      name: "an answer with several channels",
      prompt: "Look it up",
      outcome: "complete",
      before: () => tell(channelStream(), { paceMs: 2 }),
    },
    {
      name: "a denied request",
      prompt: "Summarise project alder",
      outcome: "policy_denied",
      before: () => {},
    },
    {
      name: "a torn upstream",
      prompt: "Go on",
      outcome: "upstream_broken",
      before: () => tell(chatStream(PIECES).slice(0, 2500), { end: "torn", paceMs: 2 }),
    },
    {
      name: "a session that was stopped",
      prompt: "Go on for ever",
      outcome: "stopped",
      before: () => tell(chatStream(PIECES).slice(0, -200), { end: "open", paceMs: 2 }),
      during: stopped,
    },
    {
      name: "a session that waited for a review",
      prompt: "What was q3 revenue?",
      outcome: "complete",
      before: () => tell(chatStream(PIECES), { paceMs: 2 }),
      during: approved,
    },
  ];
}

async function stopped(live: LiveReading): Promise<void> {
  await live.chunks(5);
  const token = await world.token("olga", { groups: ["platform"] });
  await client.unary("Sessions/Stop", { sessionId: live.session, reason: "enough" }, { token });
}

async function approved(): Promise<void> {
  const token = await world.token("rita", { groups: ["compliance"] });
  for (let waited = 0; waited < 500; waited++) {
    const list = { state: "pending" };
    const { items } = await client.unary<{ items: { approvalId: string }[] }>("Approvals/List", list, {
      token,
    });
    const [first] = items;
    if (first !== undefined) {
      const decision = { approvalId: first.approvalId, verdict: "approve", reason: "published already" };
      await client.unary("Approvals/Decide", decision, { token });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("no review was asked for");
}

before(async () => {
  world = await openGateway();
  client = new GrpcClient(world.grpcAddress);
  const team = { team: "letters" };
  contractWorld = {
    caller: () => world.token("jane", team),
    auditor: () => world.token("audrey", { ...team, groups: ["audit"] }),
    cases: cases(),
  };
  for (const way of [grpcLogWay(client), webSocketLogWay(world.url), httpLogWay(world.url)])
    ways.set(way.name, way);
});

after(async () => {
  client?.close();
  await world?.close();
});

function wayOf(name: string): LogWay {
  return ways.get(name) ?? assert.fail(name);
}

for (const name of ["gRPC", "WebSocket", "HTTP"]) {
  describe(`the log over ${name}`, () => {
    logContract(
      () => contractWorld,
      () => wayOf(name),
      CASE_NAMES,
    );
  });
}

describe("one session", () => {
  test("is the same events over gRPC, WebSocket and HTTP", async () => {
    world.model.tell(() => ({ body: chatStream(PIECES), cuts: 7 }));
    const token = await contractWorld.caller();
    const live = await wayOf("gRPC").live({ token, prompt: "Write to the customer" });
    const { events, session } = await live.whole;
    const from = { token, session, afterSeq: 0 };
    const expected = events.map((event) => withoutDefaults(event));
    for (const name of ["WebSocket", "HTTP"]) {
      const read = await wayOf(name).attach(from);
      assert.deepEqual(read.events, expected, name);
    }
  });
});

/** A decoder of protobuf gives empty lists and the name of the chosen member; the JSON form has neither. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(
    ([name, member]) =>
      !["payload", "item"].includes(name) && !(Array.isArray(member) && member.length === 0),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, withoutDefaults(member)]));
}

const DIALECTS = { chat: CHAT, completions: COMPLETIONS, responses: RESPONSES, messages: MESSAGES };

describe("a live stream in a provider's dialect", () => {
  for (const [name, form] of Object.entries(DIALECTS)) {
    test(`${name}: has one frame for each chunk of the log, with its number, and the same ending`, async () => {
      world.model.tell(({ path }) => ({ body: streamedAnswer(path, PIECES), cuts: 3, paceMs: 1 }));
      const model = name === "messages" ? "claude-told" : "gpt-told";
      const token = await contractWorld.caller();
      const asked = form.body({ token, prompt: "Write to the customer", model }, true);
      const live = await post(form.path, token, asked);
      const read = await wayOf("WebSocket").replay({
        token,
        session: live.session,
        afterSeq: 0,
        speed: "max",
      });
      const chunks = read.events.flatMap(({ seq, chunk }) =>
        chunk === undefined ? [] : [[seq, chunk.text]],
      );
      const frames = framesOf(live.body).flatMap(({ id, json }) => {
        const text = json === null || isTerminalCopy(json) ? "" : form.textOf(json);
        return text === "" ? [] : [[id, text]];
      });
      assert.deepEqual(frames, chunks);
      assert.equal(read.end, "clean");
      assert.match(live.body, /\[DONE\]|message_stop|response\.completed/);
    });
  }

  test("responses: retrieving it as a stream gives the live bytes again", async () => {
    world.model.tell(({ path }) => ({ body: streamedAnswer(path, PIECES), cuts: 5 }));
    const token = await contractWorld.caller();
    const asked = RESPONSES.body({ token, prompt: "Write to the customer", model: "gpt-told" }, true);
    const live = await post(RESPONSES.path, token, asked);
    const id = live.body.match(/"id":"(resp_[^"]+)"/)?.[1] ?? assert.fail(live.body);
    const headers = { authorization: `Bearer ${token}` };
    const again = await fetch(`${world.url}/v1/responses/${id}?stream=true`, { headers });
    assert.equal(await again.text(), live.body);
    const blocks = live.body.split("\n\n");
    for (const after of [0, 3, blocks.length - 3]) {
      const rest = await fetch(`${world.url}/v1/responses/${id}?stream=true&starting_after=${after}`, {
        headers,
      });
      assert.equal(await rest.text(), blocks.slice(after + 1).join("\n\n"));
    }
  });
});

async function post(
  path: string,
  token: string,
  body: object,
): Promise<{ readonly session: string; readonly body: string }> {
  const response = await fetch(`${world.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { session: response.headers.get("x-sluice-session") ?? "", body: text };
}

function framesOf(body: string): readonly { readonly id: number; readonly json: Json | null }[] {
  return body
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const lines = block.split("\n");
      const field = (name: string): string =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
      const data = field("data");
      return { id: Number(field("id")), json: data === "[DONE]" || data === "" ? null : JSON.parse(data) };
    });
}

/** Some dialects say the whole text once more at its end. */
function isTerminalCopy({ type }: Json): boolean {
  return typeof type === "string" && (type.endsWith(".done") || type === "response.completed");
}
