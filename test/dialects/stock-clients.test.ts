import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import OpenAI7 from "openai7";
import { messagesClient } from "../../src/dialects/anthropic-messages/client.js";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import type { ClientDialect, UpstreamDialect } from "../../src/dialects/dialect.js";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import { SluiceError } from "../../src/domain/errors.js";
import type { JsonObject } from "../../src/domain/json.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog } from "./identity-log.js";
import { cut } from "./recordings.js";
import { renderStream } from "./render.js";

const model = new FakeModel();
let openai: OpenAI;
let openai7: OpenAI7;
let anthropic: Anthropic;

before(async () => {
  const url = await model.listen();
  openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: "k" });
  openai7 = new OpenAI7({ baseURL: `${url}/v1`, apiKey: "k" });
  anthropic = new Anthropic({ baseURL: url, apiKey: "k" });
});
after(() => model.close());

const chatAsk = { model: "m", messages: [{ role: "user" as const, content: "hi" }] };
const claudeAsk = { ...chatAsk, max_tokens: 9 };

const DENIED = new SluiceError("policy_denied", "Codenames must not leave.", {
  policy: "finance",
  rule: "no-codenames",
  session: "s1",
});

function answerWith(client: ClientDialect, error: SluiceError): void {
  const { status, headers, body } = client.error(error, "req-1");
  model.answer = { status, headers, body: JSON.stringify(body) };
}

async function failureOf(
  call: () => Promise<unknown>,
): Promise<{ readonly error: Record<string, unknown>; readonly attempts: number }> {
  const before = model.requests.length;
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof Error);
    return {
      error: { ...error, class: error.constructor.name, text: error.message },
      attempts: model.requests.length - before,
    };
  }
  assert.fail("nothing was raised");
}

describe("a denial before anything was sent", () => {
  test("is a PermissionDeniedError of openai after one attempt, with policy and rule", async () => {
    answerWith(chatClient, DENIED);
    for (const ask of [
      () => openai.chat.completions.create(chatAsk),
      () => openai7.chat.completions.create(chatAsk),
    ]) {
      const { error, attempts } = await failureOf(ask);
      assert.equal(attempts, 1);
      assert.equal(error["class"], "PermissionDeniedError");
      assert.equal(error["code"], "policy_denied");
      assert.match(String(error["text"]), /Codenames must not leave/);
      assert.deepEqual((error["error"] as JsonObject)["rule"], "no-codenames");
    }
  });

  test("is a PermissionDeniedError of Anthropic's SDK after one attempt", async () => {
    answerWith(messagesClient, DENIED);
    const { error, attempts } = await failureOf(() => anthropic.messages.create(claudeAsk));
    assert.equal(attempts, 1);
    assert.equal(error["status"], 403);
    assert.equal(error["requestID"], "req-1");
    assert.match(String(error["text"]), /Codenames must not leave/);
  });

  test("carries the members of RFC 9457 beside the provider's own", () => {
    const { status, headers, body } = chatClient.error(DENIED, "req-1");
    assert.equal(status, 403);
    assert.equal(headers["content-type"], "application/problem+json");
    assert.equal(headers["x-should-retry"], "false");
    assert.deepEqual(
      [body["type"], body["title"], body["status"], body["detail"], body["policy"]],
      ["urn:sluice:error:policy_denied", "Denied by policy", 403, "Codenames must not leave.", "finance"],
    );
    assert.equal(messagesClient.error(DENIED, "req-1").body["type"], "error");
  });
});

test("a limit is a RateLimitError that says when to come back", async () => {
  const limited = new SluiceError("rate_limited", "Slow down.", { retryAfterMs: 2500 });
  const { status, headers } = chatClient.error(limited, "r");
  assert.equal(status, 429);
  assert.equal(headers["retry-after"], "3");
  assert.equal(headers["retry-after-ms"], "2500");
  answerWith(chatClient, limited);
  const once = new OpenAI({ baseURL: openai.baseURL, apiKey: "k", maxRetries: 0 });
  assert.equal(
    (await failureOf(() => once.chat.completions.create(chatAsk))).error["class"],
    "RateLimitError",
  );
});

test("an approval that is pending is a status that no client repeats", async () => {
  answerWith(chatClient, new SluiceError("approval_pending", "Waiting for a reviewer.", { approval: "a1" }));
  const { error, attempts } = await failureOf(() => openai.chat.completions.create(chatAsk));
  assert.deepEqual([error["class"], attempts], ["BadRequestError", 1]);
});

describe("a stream that breaks", () => {
  const chunk = (delta: object) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
  const brokenChat = chunk({ role: "assistant", content: "Hel" }) + chunk({ content: "lo" });
  const brokenClaude = [
    {
      type: "message_start",
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        model: "c",
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
  ]
    .map((event) => `data: ${JSON.stringify(event)}\n\n`)
    .join("");

  function through(client: ClientDialect, upstream: UpstreamDialect, body: string): string {
    const request = client.parse(
      client === chatClient ? { ...chatAsk, stream: true } : { ...claudeAsk, stream: true },
      { headers: {}, passFields: [] },
    );
    return renderStream(client, request, decodeToLog({ upstream, request, pieces: cut(body, 3) }).entries);
  }

  test("raises in openai, raw and by helper, from a model of either dialect", async () => {
    for (const [upstream, body] of [
      [chatUpstream, brokenChat],
      [messagesUpstream, brokenClaude],
    ] as const) {
      model.answer = { body: through(chatClient, upstream, body) };
      const raw = async (stream: AsyncIterable<unknown>): Promise<void> => {
        for await (const _chunk of stream);
      };
      for (const ask of [
        async () => raw(await openai.chat.completions.create({ ...chatAsk, stream: true })),
        async () => raw(await openai7.chat.completions.create({ ...chatAsk, stream: true })),
      ]) {
        const { error, attempts } = await failureOf(ask);
        assert.equal(error["code"], "upstream_broken");
        assert.equal(attempts, 1);
      }
      for (const ask of [
        () => openai.chat.completions.stream(chatAsk).finalChatCompletion(),
        () => openai7.chat.completions.stream(chatAsk).finalChatCompletion(),
      ]) {
        assert.match(String((await failureOf(ask)).error["text"]), /ended too early/);
      }
    }
  });

  test("raises in Anthropic's SDK, raw and by helper, from a model of either dialect", async () => {
    for (const [upstream, body] of [
      [chatUpstream, brokenChat],
      [messagesUpstream, brokenClaude],
    ] as const) {
      model.answer = { body: through(messagesClient, upstream, body) };
      const raw = await failureOf(async () => {
        for await (const _event of await anthropic.messages.create({ ...claudeAsk, stream: true }));
      });
      assert.match(String(raw.error["text"]), /ended too early/);
      await failureOf(() => anthropic.messages.stream(claudeAsk).finalMessage());
    }
  });
});

describe("answers that are not streamed", () => {
  const claude = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-x",
    content: [
      { type: "thinking", thinking: "Hm.", signature: "c2ln" },
      { type: "text", text: "Hello", citations: null },
      { type: "tool_use", id: "toolu_1", name: "get", input: { city: "Ulm", n: 3 } },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 4, service_tier: "standard" },
  };
  const chat = {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 5,
    model: "gpt-x",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "Hello",
          refusal: null,
          annotations: [],
          tool_calls: [
            { id: "c1", type: "function", function: { name: "get", arguments: '{"city":"Ulm"}' } },
          ],
        },
        logprobs: {
          content: [{ token: "Hello", logprob: -0.1, bytes: [72, 101, 108, 108, 111], top_logprobs: [] }],
          refusal: null,
        },
        finish_reason: "tool_calls",
      },
      {
        index: 1,
        message: { role: "assistant", content: "Hallo", refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: {
      prompt_tokens: 3,
      completion_tokens: 4,
      total_tokens: 7,
      prompt_tokens_details: { cached_tokens: 1 },
    },
    service_tier: "default",
    system_fingerprint: "fp_1",
  };

  function through(client: ClientDialect, upstream: UpstreamDialect, body: object): JsonObject {
    const ask = client === chatClient ? { ...chatAsk, n: 2 } : claudeAsk;
    const request = client.parse(ask, { headers: {}, passFields: [] });
    const log = decodeToLog({ upstream, request, pieces: cut(JSON.stringify(body), 5) });
    assert.equal(log.failed, null);
    const encoder = client.plainEncoder({ echo: new Map(), request });
    for (const entry of log.entries) encoder.add(entry);
    return encoder.body();
  }

  test("equal the direct ones", () => {
    assert.deepEqual(through(chatClient, chatUpstream, chat), chat);
    assert.deepEqual(through(messagesClient, messagesUpstream, claude), claude);
  });

  test("are read by the other dialect's SDK", async () => {
    model.answer = {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(through(chatClient, messagesUpstream, claude)),
    };
    const answer = await openai.chat.completions.create(chatAsk);
    assert.equal(answer.choices[0]?.message.content, "Hello");
    assert.equal(answer.choices[0]?.finish_reason, "tool_calls");
    assert.deepEqual(answer.usage, { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 });
    const single = { ...chat, choices: chat.choices.slice(0, 1) };
    model.answer = {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(through(messagesClient, chatUpstream, single)),
    };
    const message = await anthropic.messages.create(claudeAsk);
    assert.deepEqual(
      message.content.map((block) =>
        block.type === "tool_use" ? block.input : block.type === "text" ? block.text : null,
      ),
      ["Hello", { city: "Ulm" }],
    );
    assert.equal(message.stop_reason, "tool_use");
  });

  test("that hold an error under status 200 are failures", () => {
    const request = chatClient.parse(chatAsk, { headers: {}, passFields: [] });
    const log = decodeToLog({
      upstream: chatUpstream,
      request,
      pieces: [Buffer.from('{"error":{"message":"secret","code":"oops"}}')],
    });
    assert.equal(log.failed?.details.upstreamCode, "oops");
    assert.doesNotMatch(JSON.stringify(log.entries), /secret/);
  });
});

test("log-probabilities and several choices reach openai's helper as if they came directly", async () => {
  const token = (text: string, bytes: number[] | null = null) => ({
    token: text,
    logprob: -0.5,
    bytes,
    top_logprobs: [{ token: text, logprob: -0.5, bytes }],
  });
  const event = (
    index: number,
    content: string | null,
    logprobs: object[] | null,
    finish: string | null = null,
  ) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index, delta: content === null ? {} : { role: "assistant", content }, logprobs: logprobs === null ? null : { content: logprobs, refusal: null }, finish_reason: finish }] })}\n\n`;
  const body = [
    event(0, "Hi", [token("Hi")]),
    event(1, "\u{1f600}", [token("\\xf0\\x9f\\x98", [0xf0, 0x9f, 0x98]), token("\\x80", [0x80])]),
    event(0, " there", [token(" the"), token("re")]),
    event(1, null, null, "stop"),
    event(0, null, null, "stop"),
    "data: [DONE]\n\n",
  ].join("");
  const request = chatClient.parse({ ...chatAsk, n: 2, stream: true }, { headers: {}, passFields: [] });
  const read = async (text: string) => {
    model.answer = { body: text };
    return JSON.parse(
      JSON.stringify(await openai.chat.completions.stream({ ...chatAsk, n: 2 }).finalChatCompletion()),
    );
  };
  for (const seed of [0, 1, 2, 3]) {
    const log = decodeToLog({ upstream: chatUpstream, request, pieces: cut(body, seed) });
    assert.deepEqual(await read(renderStream(chatClient, request, log.entries)), await read(body));
  }
});
