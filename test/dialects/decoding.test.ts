import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { messagesClient } from "../../src/dialects/anthropic-messages/client.js";
import { MessagesStreamDecoder } from "../../src/dialects/anthropic-messages/stream-decoder.js";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import type { DecodedEvent, Decoder } from "../../src/dialects/dialect.js";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import { CHAT_GRAMMAR } from "../../src/dialects/openai-chat/grammar.js";
import { ChatStreamDecoder } from "../../src/dialects/openai-chat/stream-decoder.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import type { SluiceError } from "../../src/domain/errors.js";
import fc from "../support/seeded-check.js";
import { decodeToLog, LIMITS } from "./identity-log.js";
import { cut, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const ask = { model: "m", messages: [{ role: "user", content: "hi" }], stream: true };
const chat = chatClient.parse({ ...ask, n: 2 }, { headers: {}, passFields: [] });
const messages = messagesClient.parse({ ...ask, max_tokens: 9 }, { headers: {}, passFields: [] });

function sse(...events: readonly unknown[]): string {
  return events
    .map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`)
    .join("");
}

function chunk(delta: object, rest: object = {}, index = 0): object {
  return {
    id: "x1",
    object: "chat.completion.chunk",
    created: 5,
    model: "m",
    choices: [{ index, delta, finish_reason: null, ...rest }],
  };
}

function options(fastPath: boolean, request = chat) {
  return { request, limits: LIMITS, echo: new Map(), passFields: [], fastPath };
}

/** Its events, or what it says is wrong. */
function run(decoder: Decoder, pieces: readonly Buffer[]): readonly DecodedEvent[] | string {
  const events = [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
  const last = events.at(-1);
  return last?.type === "failed" ? last.error.message : events;
}

function failure(body: string): SluiceError | null {
  return decodeToLog({ upstream: chatUpstream, request: chat, pieces: [Buffer.from(body)] }).failed;
}

const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom('"', "\\", '\\"', "\u2028", "\ud83d\ude00", '","content":"', "~marker~", "\t", "}}]}", ""),
);

describe("slicing text out of events gives what parsing them gives", () => {
  test("for chat completions, whatever stands in the text, the padding and the fields around", () => {
    const event = fc.record({
      text: hostileText,
      field: fc.constantFrom("content", "content", "content", "reasoning_content", "refusal"),
      index: fc.constantFrom(0, 0, 1),
      padding: fc.option(hostileText, { nil: undefined }),
      created: fc.constantFrom(5, 5, 6),
      finish: fc.constantFrom(null, null, null, null, null, "stop"),
      escaped: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.nat(), (events, seed) => {
        const bodies = events.map(({ text, field, index, padding, created, finish, escaped }) => {
          const choice = { index, delta: { [field]: text }, finish_reason: finish };
          const value = JSON.stringify({
            id: "x",
            created,
            choices: [choice],
            ...(padding === undefined ? {} : { obfuscation: padding }),
          });
          return escaped
            ? value.replace(
                /[\u0080-\uffff]/g,
                (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
              )
            : value;
        });
        const pieces = cut(sse(...bodies, "[DONE]"), seed + 1);
        assert.deepEqual(
          run(new ChatStreamDecoder(CHAT_GRAMMAR, options(true)), pieces),
          run(new ChatStreamDecoder(CHAT_GRAMMAR, options(false)), pieces),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("for Anthropic messages", () => {
    const part = fc.record({ text: hostileText, stop: fc.constantFrom(false, false, false, true) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.nat(), (parts, seed) => {
        const events: object[] = [
          { type: "message_start", message: { id: "m", role: "assistant", content: [] } },
        ];
        let index = -1;
        for (const { text, stop } of parts) {
          if (index < 0 || stop) {
            if (index >= 0) events.push({ type: "content_block_stop", index });
            index++;
            events.push({ type: "content_block_start", index, content_block: { type: "text", text: "" } });
          }
          events.push({ type: "content_block_delta", index, delta: { type: "text_delta", text } });
        }
        const pieces = cut(sse(...events, { type: "message_stop" }), seed + 1);
        assert.deepEqual(
          run(new MessagesStreamDecoder(options(true, messages)), pieces),
          run(new MessagesStreamDecoder(options(false, messages)), pieces),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("takes the short way for most of a long answer", () => {
    const text = `data: ${JSON.stringify(chunk({ content: "word" }))}\n\n`;
    let parsed = 0;
    const parse = JSON.parse;
    JSON.parse = (...args: Parameters<typeof parse>) => {
      parsed++;
      return parse(...args);
    };
    try {
      run(new ChatStreamDecoder(CHAT_GRAMMAR, options(true)), [Buffer.from(text.repeat(1000))]);
    } finally {
      JSON.parse = parse;
    }
    assert.ok(parsed < 20, `${parsed} events were parsed`);
  });
});

describe("a hostile upstream", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "text after the end of its choice",
      sse(chunk({ content: "a" }, { finish_reason: "stop" }), chunk({ content: "b" })),
      /follows the end/,
    ],
    ["a choice nobody asked for", sse(chunk({ content: "a" }, {}, 7)), /not asked for/],
    ["a JSON body where a stream was asked for", '{"choices":[{"message":{"content":"hi"}}]}', /a document/],
    ["an HTML page", "<html>\n<body>\n\n", /a document/],
    ["an event that is no JSON", "data: {oops\n\n", /not valid JSON/],
    [
      "an event that is cut",
      'data: {"id":"x","choices":[{"index":0,"delta":{"content":"ab',
      /not valid JSON/,
    ],
    ["something after the terminator", sse("[DONE]", chunk({ content: "a" })), /goes on/],
    [
      "deep nesting",
      sse({ choices: [], x: JSON.parse(`${"[".repeat(80)}${"{}"}${"]".repeat(80)}`) }),
      /nests deeper/,
    ],
  ];
  for (const [name, body, message] of cases) {
    test(`is broken by ${name}`, () => {
      const error = failure(body);
      assert.equal(error?.code, "upstream_broken");
      assert.match(error?.message ?? "", message);
    });
  }

  test("ends like a failure when it reports an error inside its stream", () => {
    const body = sse(chunk({ content: "a" }), {
      error: { message: "my prompt was 4111", type: "server_error", code: "rate_limit_exceeded" },
    });
    const error = failure(body);
    assert.equal(error?.details.upstreamCode, "rate_limit_exceeded");
    assert.doesNotMatch(error?.message ?? "", /4111/);
  });

  test("never finishes without its terminator or a reason", () => {
    const log = decodeToLog({
      upstream: chatUpstream,
      request: chat,
      pieces: [Buffer.from(sse(chunk({ content: "a" })))],
    });
    assert.equal(log.finished, false);
  });

  test("cannot pass text in fields that nobody knows", () => {
    const secret = "a secret sentence with spaces";
    const body = sse(
      {
        ...chunk({ content: "ok", thoughts: secret, "a secret key": 1, nested: { deep: [secret] } }),
        debug: secret,
      },
      chunk({}, { finish_reason: "stop", note: secret }),
      "[DONE]",
    );
    const log = decodeToLog({ upstream: chatUpstream, request: chat, pieces: [Buffer.from(body)] });
    assert.doesNotMatch(JSON.stringify(log.entries), /secret/);
    assert.equal(log.finished, true);
  });

  test("cannot send more than its limits allow", () => {
    const decoder = chatUpstream.streamDecoder({ ...options(true), limits: { ...LIMITS, eventBytes: 1000 } });
    assert.match(String(run(decoder, cut(`data: ${"x".repeat(5000)}`, 3))), /longer than 1000/);
    const whole = chatUpstream.streamDecoder({ ...options(true), limits: { ...LIMITS, totalBytes: 1000 } });
    assert.match(String(run(whole, cut(": comment\n\n".repeat(500), 3))), /larger than 1000/);
  });
});

test("usage in every chunk stays out of the chunks and comes once", () => {
  const usage = (total: number) => ({
    usage: { prompt_tokens: 1, completion_tokens: total - 1, total_tokens: total },
  });
  const body = sse(
    { ...chunk({ role: "assistant", content: "a" }), ...usage(2) },
    { ...chunk({ content: "b" }), ...usage(3) },
    { ...chunk({}, { finish_reason: "stop" }) },
    "[DONE]",
  );
  const log = decodeToLog({ upstream: chatUpstream, request: chat, pieces: [Buffer.from(body)] });
  assert.deepEqual(
    log.entries.map((entry) => entry.type).filter((type) => type === "chunk" || type === "template"),
    ["template", "chunk", "template", "chunk"],
  );
  assert.equal(renderStream(chatClient, null, log.entries).match(/"total_tokens":3/g)?.length, 1);
});

describe("one event with several texts", () => {
  const body = sse(
    chunk(
      {
        role: "assistant",
        content: "Hello",
        reasoning_content: "thinking",
        tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { finish_reason: "tool_calls" },
    ),
    "[DONE]",
  );

  test("becomes one delta per channel and one event for the rest", () => {
    const events = run(new ChatStreamDecoder(CHAT_GRAMMAR, options(true)), [Buffer.from(body)]);
    assert.ok(typeof events !== "string");
    assert.deepEqual(
      events.map((event) => (event.type === "delta" ? `${event.channel.kind}: ${event.text}` : event.type)),
      ["output", "reasoning: thinking", "text: Hello", "tool_arguments: {}", "output", "finished"],
    );
  });

  test("keeps what stands beside a call, such as its signature", () => {
    const call = {
      index: 0,
      id: "c1",
      type: "function",
      function: { name: "f", arguments: '{"a":1}' },
      extra_content: { google: { thought_signature: "c2lnbmVk" } },
    };
    const bytes = Buffer.from(
      sse(chunk({ role: "assistant", tool_calls: [call] }, { finish_reason: "tool_calls" }), "[DONE]"),
    );
    const log = decodeToLog({ upstream: chatUpstream, request: chat, pieces: [bytes] });
    const written = renderStream(chatClient, chat, log.entries);
    assert.equal(written.match(/"thought_signature":"c2lnbmVk"/g)?.length, 1);
    assert.equal(written.match(/"finish_reason":"tool_calls"/g)?.length, 1);
  });

  test("names the tool once for clients that join strings", () => {
    const log = decodeToLog({ upstream: chatUpstream, request: chat, pieces: [Buffer.from(body)] });
    assert.equal(renderStream(chatClient, chat, log.entries).match(/"name":"f"/g)?.length, 1);
  });
});

describe("clients of one dialect and models of another", () => {
  const claude = [
    {
      type: "message_start",
      message: {
        id: "msg_1",
        role: "assistant",
        model: "claude",
        content: [],
        usage: { input_tokens: 7, output_tokens: 1 },
      },
    },
    {
      type: "content_block_start",
      index: 0,
      content_block: { type: "thinking", thinking: "", signature: "" },
    },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm." } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hello " } },
    { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "there" } },
    { type: "content_block_stop", index: 1 },
    {
      type: "content_block_start",
      index: 2,
      content_block: { type: "tool_use", id: "toolu_1", name: "get", input: {} },
    },
    { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"a":1}' } },
    { type: "content_block_stop", index: 2 },
    {
      type: "message_delta",
      delta: { stop_reason: "tool_use", stop_sequence: null },
      usage: { output_tokens: 9 },
    },
    { type: "message_stop" },
  ];

  test("a chat client reads a Claude stream: text, reasoning, tools, finish, usage", () => {
    const request = chatClient.parse(
      { ...ask, stream_options: { include_usage: true } },
      { headers: {}, passFields: [] },
    );
    const log = decodeToLog({ upstream: messagesUpstream, request, pieces: cut(sse(...claude), 4) });
    const plain = chatClient.plainEncoder({ echo: new Map(), request });
    for (const entry of log.entries) plain.add(entry);
    const body = plain.body();
    assert.deepEqual(body["choices"], [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "Hello there",
          refusal: null,
          reasoning_content: "Hm.",
          tool_calls: [{ id: "toolu_1", type: "function", function: { name: "get", arguments: '{"a":1}' } }],
        },
        logprobs: null,
        finish_reason: "tool_calls",
      },
    ]);
    const stream = renderStream(chatClient, request, log.entries);
    assert.match(stream, /"usage":\{"prompt_tokens":7,"completion_tokens":9,"total_tokens":16\}/);
    assert.match(stream, /"tool_calls":\[\{"index":0,"id":"toolu_1"/);
    assert.ok(stream.endsWith("data: [DONE]\n\n"));
  });

  test("an Anthropic client reads a chat stream", () => {
    const body = sse(
      chunk({ role: "assistant", content: "" }),
      chunk({ reasoning_content: "Hm." }),
      chunk({ content: "Hello" }),
      chunk({
        tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "get", arguments: '{"a"' } }],
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: ":1}" } }] }),
      chunk({}, { finish_reason: "tool_calls" }),
      { ...chunk({}), choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
      "[DONE]",
    );
    const log = decodeToLog({ upstream: chatUpstream, request: messages, pieces: cut(body, 4) });
    const plain = messagesClient.plainEncoder({ echo: new Map(), request: messages });
    for (const entry of log.entries) plain.add(entry);
    const message = plain.body();
    assert.deepEqual(message["content"], [
      { type: "thinking", thinking: "Hm.", signature: "" },
      { type: "text", text: "Hello" },
      { type: "tool_use", id: "c1", name: "get", input: { a: 1 } },
    ]);
    assert.equal(message["stop_reason"], "tool_use");
    const events = renderStream(messagesClient, messages, log.entries).match(/^event: (.*)$/gm) ?? [];
    assert.equal(events[0], "event: message_start");
    assert.deepEqual(events.slice(-3), [
      "event: content_block_stop",
      "event: message_delta",
      "event: message_stop",
    ]);
  });
});

describe("bodies damaged anywhere", () => {
  const plain = chatClient.parse({ ...ask, stream: false, n: 2 }, { headers: {}, passFields: [] });
  const damage = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      byte: fc.integer({ min: 0, max: 255 }),
      cut: fc.nat(40),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const kinds = [
    ["chat.completions", chatUpstream, chat],
    ["messages", messagesUpstream, messages],
  ] as const;
  for (const [kind, upstream, request] of kinds) {
    test(`end as whole or as broken, never otherwise: ${kind}`, () => {
      const bodies = recordings(kind)
        .map(({ body }) => body.slice(0, 6000))
        .slice(0, 12);
      fc.assert(
        fc.property(fc.constantFrom(...bodies), damage, fc.nat(), (body, places, seed) => {
          const bytes = Buffer.from(body);
          for (const { at, byte, cut: length } of places) {
            const start = Math.floor(at * (bytes.length - 1));
            bytes.fill(byte, start, Math.min(bytes.length, start + 1 + (length % 8)));
          }
          const log = decodeToLog({ upstream, request, pieces: cut(bytes.toString("latin1"), seed + 1) });
          assert.ok(log.failed === null || log.failed.code === "upstream_broken");
          const json = decodeToLog({ upstream, request: plain, pieces: [bytes] });
          assert.equal(json.failed?.code, "upstream_broken");
        }),
        { numRuns: 200 },
      );
    });
  }
});
