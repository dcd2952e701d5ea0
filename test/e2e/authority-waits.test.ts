/**
 * Stock SDKs wait for a reviewer with nothing but their address and key changed. Ordinarily they wait for
 * two seconds; with SLUICE_LONG_WAIT=1 for nearly four minutes, beyond which a plain request is told to repeat.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import OpenAI7 from "openai7";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { pendingOnes, REVIEWER, vote } from "../support/reviewer.js";
import { answerTo } from "../support/streams.js";

const isLong = process.env["SLUICE_LONG_WAIT"] === "1";
const WAIT_MS = isLong ? 235_000 : 2_200;
const ANSWER = "48 million";

keepAlive();

interface Stock {
  readonly name: string;
  /** The answer's text. */
  ask(prompt: string): Promise<string>;
  readonly error: new (...args: never[]) => Error;
  /** Status of the error where the answer had no headers yet. */
  readonly status: number | undefined;
}

let world: GatewayWorld;
let calls = 0;
let stocks: readonly Stock[] = [];

async function textOf<T>(
  stream: AsyncIterable<T>,
  piece: (event: T) => string | null | undefined,
): Promise<string> {
  let text = "";
  for await (const event of stream) text += piece(event) ?? "";
  return text;
}

function openaiStocks(name: string, client: OpenAI): readonly Stock[] {
  const { APIError: error } = OpenAI;
  const chat = (content: string) => ({ model: "gpt-told", messages: [{ role: "user" as const, content }] });
  return [
    {
      name: `${name} chat, streamed`,
      error,
      status: undefined,
      ask: async (prompt) =>
        textOf(
          await client.chat.completions.create({ ...chat(prompt), stream: true }),
          (chunk) => chunk.choices[0]?.delta.content,
        ),
    },
    {
      name: `${name} chat, plain`,
      error,
      status: 403,
      ask: async (prompt) =>
        (await client.chat.completions.create(chat(prompt))).choices[0]?.message.content ?? "",
    },
    {
      name: `${name} responses, streamed`,
      error,
      status: undefined,
      ask: async (input) =>
        textOf(await client.responses.create({ model: "gpt-told", input, stream: true }), (event) =>
          event.type === "response.output_text.delta" ? event.delta : "",
        ),
    },
    {
      name: `${name} responses, plain`,
      error,
      status: 403,
      ask: async (input) => (await client.responses.create({ model: "gpt-told", input })).output_text,
    },
  ];
}

function openai7Stocks(client: OpenAI7): readonly Stock[] {
  const { APIError: error } = OpenAI7;
  const chat = (content: string) => ({ model: "gpt-told", messages: [{ role: "user" as const, content }] });
  return [
    {
      name: "openai 7 chat, streamed",
      error,
      status: undefined,
      ask: async (prompt) =>
        textOf(
          await client.chat.completions.create({ ...chat(prompt), stream: true }),
          (chunk) => chunk.choices[0]?.delta.content,
        ),
    },
    {
      name: "openai 7 chat, plain",
      error,
      status: 403,
      ask: async (prompt) =>
        (await client.chat.completions.create(chat(prompt))).choices[0]?.message.content ?? "",
    },
  ];
}

function anthropicStocks(client: Anthropic): readonly Stock[] {
  const { APIError: error } = Anthropic;
  const asked = (content: string) => ({
    model: "claude-told",
    max_tokens: 100,
    messages: [{ role: "user" as const, content }],
  });
  return [
    {
      name: "anthropic messages, streamed",
      error,
      status: undefined,
      ask: async (prompt) =>
        textOf(await client.messages.create({ ...asked(prompt), stream: true }), (event) =>
          event.type === "content_block_delta" && event.delta.type === "text_delta" ? event.delta.text : "",
        ),
    },
    {
      name: "anthropic messages, plain",
      error,
      status: 403,
      ask: async (prompt) => {
        const [block] = (await client.messages.create(asked(prompt))).content;
        return block?.type === "text" ? block.text : "";
      },
    },
  ];
}

before(async () => {
  world = await openGateway(isLong ? "" : "approvals: { heartbeat: 1s }\n");
  world.model.tell((request) => {
    calls++;
    return answerTo(request, ANSWER);
  });
  // Nothing but the address and the key: timeouts and retries are the SDKs' own.
  const apiKey = await world.token("dora");
  const baseURL = `${world.url}/v1`;
  stocks = [
    ...openaiStocks("openai 6", new OpenAI({ baseURL, apiKey })),
    ...openai7Stocks(new OpenAI7({ baseURL, apiKey })),
    ...anthropicStocks(new Anthropic({ baseURL: world.url, apiKey })),
  ];
});
after(() => world.close());

describe(`an SDK that waits ${WAIT_MS / 1000} s for a reviewer`, () => {
  it("gets its answer when the request is approved, after one call of the model", async () => {
    const before = calls;
    const asked = stocks.map((stock) => stock.ask(`q3 revenue for ${stock.name}`));
    const pending = await pendingOnes(world.running, stocks.length);
    const states = asked.map(() => "waiting");
    asked.forEach((answer, index) => {
      answer.then(
        () => (states[index] = "answered"),
        () => (states[index] = "failed"),
      );
    });
    await pause(WAIT_MS);
    assert.deepEqual([...new Set(states)], ["waiting"]);
    assert.equal(calls, before);
    assert.equal(pending.length, stocks.length, "nobody asked twice");
    for (const approval of pending) await vote(world.running, approval, { verdict: "approve" });
    const answers = await Promise.all(asked);
    assert.deepEqual([...new Set(answers)], [ANSWER]);
    assert.equal(calls, before + stocks.length);
  });

  it("gets its own typed error with the reviewer's reason when it is rejected, and asks no second time", async () => {
    const before = calls;
    const asked = stocks.map((stock) => stock.ask(`q3 revenue, refused, for ${stock.name}`));
    const outcomes = Promise.allSettled(asked);
    const pending = await pendingOnes(world.running, stocks.length);
    await pause(isLong ? WAIT_MS : 1_200);
    for (const approval of pending)
      await vote(world.running, approval, { verdict: "reject", reason: "not this quarter" });
    const settled = await outcomes;
    settled.forEach((outcome, index) => {
      const stock = stocks[index];
      assert.ok(stock !== undefined && outcome.status === "rejected", `${stock?.name} got an answer`);
      const thrown: unknown = outcome.reason;
      assert.ok(thrown instanceof stock.error, `${stock.name}: ${String(thrown)}`);
      assert.match(thrown.message, /not this quarter/, stock.name);
      assert.equal(Reflect.get(thrown, "status"), stock.status, stock.name);
    });
    assert.equal(calls, before);
    // A retry would have joined no approval, and so asked for a review of its own.
    await pause(300);
    assert.equal(world.running.approvals.list(REVIEWER, { states: ["pending"] }).length, 0);
  });
});

describe("a stream that waits", () => {
  for (const { name, path, body } of [
    {
      name: "openai chat",
      path: "/v1/chat/completions",
      body: { model: "gpt-told", messages: [{ role: "user", content: "q3 revenue by hand" }] },
    },
    {
      name: "openai responses",
      path: "/v1/responses",
      body: { model: "gpt-told", input: "q3 revenue by hand" },
    },
    {
      name: "anthropic messages",
      path: "/v1/messages",
      body: {
        model: "claude-told",
        max_tokens: 9,
        messages: [{ role: "user", content: "q3 revenue by hand" }],
      },
    },
  ]) {
    it(`has its headers at once and nothing but comments until the decision: ${name}`, async () => {
      const response = await fetch(`${world.url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${await world.token("hand")}`, "content-type": "application/json" },
        body: JSON.stringify({ ...body, stream: true }),
      });
      assert.equal(response.status, 200);
      const [approval] = await pendingOnes(world.running);
      assert.ok(approval !== undefined && response.body !== null);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      const comments = () => text.split("\n").filter((line) => line.startsWith(":")).length;
      while (comments() < 2) text += (await reader.read()).value ?? "";
      assert.deepEqual(
        text.split("\n").filter((line) => line !== "" && !line.startsWith(":") && !line.startsWith("id:")),
        [],
      );
      await vote(world.running, approval, { verdict: "approve" });
      for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
      // Masking may cut the text where a match could still begin.
      assert.match(text, /million/);
    });
  }
});
