/** Alternatives of tokens are text that no channel carries: what they say is looked at, in keys and bytes too. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_SIGNATURE } from "../../src/dialects/gemini/no-signature.js";
import { clientDialects, upstreamDialects } from "../../src/dialects/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { simpleRequest } from "../support/simple-request.js";
import { maskedLog } from "./masked-log.js";
import { renderStream } from "./render.js";

const HARMLESS = "Hi";

const bytesOf = (text: string) => [...Buffer.from(text)];
const entry = (other: string) => ({
  token: "Hello",
  logprob: -0.5,
  bytes: bytesOf("Hello"),
  top_logprobs: [
    { token: "Hello", logprob: -0.5, bytes: bytesOf("Hello") },
    // Some say a token in its bytes alone.
    { token: other.length > 5 ? "\ufffd" : other, logprob: -2, bytes: bytesOf(other) },
  ],
});
const columns = (other: string) => ({
  tokens: ["Hello"],
  token_logprobs: [-0.5],
  top_logprobs: [{ Hello: -0.5, [other]: -2 }],
  text_offset: [0],
});

const sse = (...events: readonly (object | string)[]) =>
  events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");

const ITEM = { id: "m1", type: "message", role: "assistant", status: "completed" };
const part = (other: string) => ({
  type: "output_text",
  text: "Hello",
  annotations: [],
  logprobs: [entry(other)],
});
const response = (other: string) => ({
  id: "resp_1",
  object: "response",
  created_at: 1,
  model: "m",
  status: "completed",
  output: [{ ...ITEM, content: [part(other)] }],
});
const AT = { item_id: "m1", output_index: 0, content_index: 0 };

/** An answer with an alternative to its one token, streamed and whole. */
const ANSWERS: readonly (readonly [DialectName, boolean, (other: string) => string])[] = [
  [
    "openai-chat",
    true,
    (other) =>
      sse(
        {
          id: "x",
          choices: [
            {
              index: 0,
              delta: { role: "assistant", content: "Hello" },
              logprobs: { content: [entry(other)] },
              finish_reason: null,
            },
          ],
        },
        { id: "x", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
        "[DONE]",
      ),
  ],
  [
    "openai-chat",
    false,
    (other) =>
      JSON.stringify({
        id: "x",
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: "Hello" },
            logprobs: { content: [entry(other)] },
            finish_reason: "stop",
          },
        ],
      }),
  ],
  [
    "openai-completions",
    true,
    (other) =>
      sse(
        { id: "x", choices: [{ index: 0, text: "Hello", logprobs: columns(other), finish_reason: null }] },
        { id: "x", choices: [{ index: 0, text: "", finish_reason: "stop" }] },
        "[DONE]",
      ),
  ],
  [
    "openai-completions",
    false,
    (other) =>
      JSON.stringify({
        id: "x",
        choices: [{ index: 0, text: "Hello", logprobs: columns(other), finish_reason: "stop" }],
      }),
  ],
  [
    "openai-responses",
    true,
    (other) =>
      sse(
        { type: "response.created", response: { ...response(other), status: "in_progress", output: [] } },
        { type: "response.output_item.added", output_index: 0, item: { ...ITEM, content: [] } },
        { type: "response.output_text.delta", ...AT, delta: "Hello", logprobs: [entry(other)] },
        { type: "response.output_text.done", ...AT, text: "Hello", logprobs: [entry(other)] },
        { type: "response.content_part.done", ...AT, part: part(other) },
        { type: "response.output_item.done", output_index: 0, item: { ...ITEM, content: [part(other)] } },
        { type: "response.completed", response: response(other) },
      ),
  ],
  ["openai-responses", false, (other) => JSON.stringify(response(other))],
];

function written(dialect: DialectName, stream: boolean, body: string): string {
  const upstream = upstreamDialects.get(dialect);
  const client = clientDialects.get(dialect);
  assert.ok(upstream !== undefined && client !== undefined);
  const request = simpleRequest(dialect, { stream });
  const entries = maskedLog({
    upstream,
    request,
    pieces: [Buffer.from(body)],
    entities: ["EMAIL_ADDRESS", "CREDIT_CARD"],
  });
  const last = entries.at(-1);
  assert.ok(last?.type === "ended" && last.error === null, JSON.stringify(last));
  if (stream) return renderStream(client, request, entries);
  const plain = client.plainEncoder({ echo: new Map(), request });
  for (const one of entries) plain.add(one);
  return JSON.stringify(plain.body());
}

describe("names of members", () => {
  const planted = "jane.roe@example.com";
  const CARD = "4111111111111111";
  const member = (name: string) => ({ kept: true, [name]: { a: 1 } });
  const BODIES: readonly (readonly [DialectName, boolean, (name: string) => string])[] = [
    [
      "openai-chat",
      true,
      (name) =>
        sse(
          {
            id: "x",
            extra: member(name),
            choices: [{ index: 0, delta: { content: "Hello", extra: member(name) }, finish_reason: null }],
          },
          { id: "x", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
          "[DONE]",
        ),
    ],
    [
      "openai-responses",
      true,
      (name) =>
        sse(
          { type: "response.created", response: { ...response("Hi"), output: [], status: "in_progress" } },
          {
            type: "response.output_item.done",
            output_index: 0,
            item: { id: "w", type: "tool_search_call", arguments: member(name), status: "completed" },
          },
          { type: "response.completed", response: response("Hi") },
        ),
    ],
    [
      "anthropic-messages",
      false,
      (name) =>
        JSON.stringify({
          id: "m",
          type: "message",
          role: "assistant",
          model: "m",
          content: [{ type: "text", text: "Hello", extra: member(name) }],
          stop_reason: "end_turn",
          usage: { input_tokens: 1, output_tokens: 1 },
        }),
    ],
  ];
  for (const [dialect, stream, answer] of BODIES) {
    for (const secret of [planted, `x.${planted}`, CARD]) {
      test(`${dialect}: ${secret} as a name goes with its member`, () => {
        const text = written(dialect, stream, answer(secret));
        assert.ok(!text.includes(secret), text);
        assert.match(text, /Hello/);
      });
    }

    test(`${dialect}: a word as a name stays`, () => {
      assert.match(written(dialect, stream, answer("some_field")), /"some_field":\{"a":1\}/);
    });
  }
});

describe("alternatives of tokens", () => {
  const planted = "jane.roe@example.com";
  for (const [dialect, stream, answer] of ANSWERS) {
    const form = stream ? "streamed" : "whole";
    test(`${dialect}, ${form}: one that is to be masked takes its entry along`, () => {
      const text = written(dialect, stream, answer(planted));
      assert.ok(!text.includes(planted));
      assert.ok(!text.includes(JSON.stringify(bytesOf(planted)).slice(1, -1)));
      assert.match(text, /Hello/);
    });

    test(`${dialect}, ${form}: harmless ones stay`, () => {
      const text = written(dialect, stream, answer(HARMLESS));
      assert.match(text, dialect === "openai-completions" ? /"Hi":-2/ : /"token":"Hi"/);
    });
  }
});

describe("signatures of OpenAI's form", () => {
  const SEAL = "c2lnbmF0dXJlIG9mIHRoaXMgdmVyeSB0ZXh0LCBsb25nIGVub3VnaCB0byBiZSBvbmUgb2YgdGhlbQ==";
  const sealedCall = (to: string) => ({
    index: 0,
    id: "c1",
    type: "function",
    function: { name: "mail", arguments: JSON.stringify({ to }) },
    extra_content: { google: { thought_signature: SEAL } },
  });
  const sealedThought = (text: string) => ({ type: "reasoning.text", index: 0, text, signature: SEAL });
  const chunk = (delta: object, finish: string | null = null) => ({
    id: "x",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const SAYINGS: readonly (readonly [string, (text: string) => readonly [object, ...object[]]])[] = [
    ["a call", (text) => [chunk({ role: "assistant", tool_calls: [sealedCall(text)] })]],
    [
      "a call that ends its choice",
      (text) => [chunk({ role: "assistant", tool_calls: [sealedCall(text)] }, "tool_calls")],
    ],
    ["thought", (text) => [chunk({ role: "assistant", reasoning_details: [sealedThought(`${text} .`)] })]],
    [
      "thought whose seal comes later",
      (text) => [
        chunk({
          role: "assistant",
          reasoning_details: [{ type: "reasoning.text", index: 0, text: `${text} . ` }],
        }),
        chunk({ reasoning_details: [{ type: "reasoning.text", index: 0, signature: SEAL }] }),
      ],
    ],
    [
      "text whose seal comes later",
      (text) => [
        chunk({ role: "assistant", content: `${text} . ` }),
        chunk({ content: "", extra_content: { google: { thought_signature: SEAL } } }),
      ],
    ],
  ];
  for (const [what, say] of SAYINGS) {
    const answer = (text: string) =>
      written("openai-chat", true, sse(...say(text), chunk({}, "stop"), "[DONE]"));
    test(`${what}: passes with its text, and goes where that was masked`, () => {
      assert.ok(answer("nobody at all").includes(SEAL));
      const masked = answer("jane.roe@example.com");
      assert.ok(masked.includes("<EMAIL_ADDRESS>"), masked);
      assert.ok(!masked.includes(SEAL), masked);
      // Gemini's models refuse the conversation where nothing stands there.
      assert.equal(masked.includes(NO_SIGNATURE), !what.startsWith("thought"));
    });
  }

  test("of a whole answer, the same", () => {
    const answer = (text: string) => {
      const { index: _, ...call } = sealedCall(text);
      const message = { role: "assistant", content: null, tool_calls: [call] };
      const choices = [{ index: 0, message, finish_reason: "tool_calls" }];
      return written("openai-chat", false, JSON.stringify({ id: "x", choices }));
    };
    assert.ok(answer("nobody").includes(SEAL));
    assert.ok(!answer("jane.roe@example.com").includes(SEAL));
  });
});
