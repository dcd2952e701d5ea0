/** An answer of each dialect's model, in the words of every other dialect's callers, streamed and whole. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ClientDialect } from "../../src/dialects/dialect.js";
import { clientDialects, upstreamDialects } from "../../src/dialects/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { ownDialect } from "../../src/frontends/own-dialect.js";
import { simpleRequest } from "../support/simple-request.js";
import { decodeToLog } from "./identity-log.js";
import { renderStream } from "./render.js";

type End = "stop" | "length" | "tool_calls";

/** What a model says: thought, text, a call and its counts, ended so. */
interface Said {
  readonly end: End;
  readonly thought: string | null;
  readonly text: string | null;
  readonly call: boolean;
}

const sse = (...events: readonly (object | string)[]) =>
  events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");

const list = <Item>(...items: readonly (Item | null | false)[]): readonly Item[] =>
  items.filter((item): item is Item => item !== null && item !== false);

function chat({ end, thought, text, call }: Said): string {
  const chunk = (delta: object, finish: string | null = null) => ({
    id: "x",
    object: "chat.completion.chunk",
    created: 5,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const called = { index: 0, id: "c1", type: "function", function: { name: "look", arguments: '{"a":1}' } };
  return sse(
    chunk({ role: "assistant" }),
    ...list(
      thought !== null && chunk({ reasoning_content: thought }),
      text !== null && chunk({ content: text }),
      call && chunk({ tool_calls: [called] }),
    ),
    chunk({}, end),
    { ...chunk({}), choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } },
    "[DONE]",
  );
}

function responses({ end, thought, text, call }: Said): string {
  const items = list<object>(
    thought !== null && { id: "rs", type: "reasoning", summary: [{ type: "summary_text", text: thought }] },
    text !== null && {
      id: "msg",
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text, annotations: [] }],
    },
    call && { id: "fc", type: "function_call", call_id: "c1", name: "look", arguments: '{"a":1}' },
  );
  const isCut = end === "length";
  const response = {
    id: "resp_x",
    object: "response",
    created_at: 5,
    model: "m",
    status: isCut ? "incomplete" : "completed",
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output: items,
    usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
  };
  return sse(
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    ...items.flatMap((item, output_index) => [
      { type: "response.output_item.added", output_index, item: { ...item, content: [], summary: [] } },
      { type: "response.output_item.done", output_index, item },
    ]),
    { type: isCut ? "response.incomplete" : "response.completed", response },
  );
}

function messages({ end, thought, text, call }: Said): string {
  const stop = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" }[end];
  const blocks = list<readonly [object, object]>(
    thought !== null && [
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: thought },
    ],
    text !== null && [
      { type: "text", text: "" },
      { type: "text_delta", text },
    ],
    call && [
      { type: "tool_use", id: "c1", name: "look", input: {} },
      { type: "input_json_delta", partial_json: '{"a":1}' },
    ],
  );
  const usage = { input_tokens: 11, output_tokens: 1 };
  return sse(
    {
      type: "message_start",
      message: { id: "x", type: "message", role: "assistant", model: "m", content: [], usage },
    },
    ...blocks.flatMap(([content_block, delta], index) => [
      { type: "content_block_start", index, content_block },
      { type: "content_block_delta", index, delta },
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason: stop }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  );
}

function gemini({ end, thought, text, call }: Said): string {
  const parts = list<object>(
    thought !== null && { text: thought, thought: true },
    text !== null && { text },
    call && { functionCall: { id: "c1", name: "look", args: { a: 1 } } },
  );
  const finishReason = end === "length" ? "MAX_TOKENS" : "STOP";
  return sse(
    ...parts.map((part) => ({ candidates: [{ index: 0, content: { role: "model", parts: [part] } }] })),
    {
      candidates: [{ index: 0, content: { role: "model", parts: [] }, finishReason }],
      usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 },
      modelVersion: "m",
    },
  );
}

function ollama({ end, thought, text, call }: Said): string {
  const message = (members: object) => ({
    model: "m",
    message: { role: "assistant", ...members },
    done: false,
  });
  return list<object>(
    thought !== null && message({ content: "", thinking: thought }),
    text !== null && message({ content: text }),
    call &&
      message({ content: "", tool_calls: [{ id: "c1", function: { name: "look", arguments: { a: 1 } } }] }),
    {
      ...message({ content: "" }),
      done: true,
      done_reason: end === "length" ? "length" : "stop",
      prompt_eval_count: 11,
      eval_count: 7,
    },
  )
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

const MODELS: Readonly<Partial<Record<DialectName, (said: Said) => string>>> = {
  "openai-chat": chat,
  "openai-responses": responses,
  "anthropic-messages": messages,
  gemini,
  ollama,
};

/** How each caller's dialect says it, in a stream and in a body. */
interface Words {
  readonly thought: RegExp | null;
  readonly text: RegExp;
  readonly call: RegExp | null;
  readonly usage: RegExp;
  readonly end: Readonly<Record<End, RegExp>>;
}

const openai = (thought: RegExp | null, text: RegExp, call: RegExp | null): Words => ({
  thought,
  text,
  call,
  usage: /"prompt_tokens":11,"completion_tokens":7,"total_tokens":18/,
  end: {
    stop: /"finish_reason":"stop"/,
    length: /"finish_reason":"length"/,
    tool_calls: /"finish_reason":"tool_calls"/,
  },
});

const CALLERS: readonly (readonly [ClientDialect | undefined, Words])[] = [
  [
    clientDialects.get("openai-chat"),
    openai(/"reasoning_content":"Thinking\."/, /"content":"Speaking\."/, /"name":"look".*\{\\"a\\":1\}/s),
  ],
  [clientDialects.get("openai-completions"), openai(null, /"text":"Speaking\."/, null)],
  [
    clientDialects.get("openai-responses"),
    {
      thought: /"type":"reasoning".*Thinking\./s,
      text: /"type":"output_text","text":"Speaking\."/,
      call: /"type":"function_call".*"call_id":"[^"]+".*"name":"look".*\{\\"a\\":1\}/s,
      usage: /"input_tokens":11.*"output_tokens":7.*"total_tokens":18/s,
      end: {
        stop: /"status":"completed"/,
        length: /"status":"incomplete".*"reason":"max_output_tokens"/s,
        tool_calls: /"status":"completed"/,
      },
    },
  ],
  [
    clientDialects.get("anthropic-messages"),
    {
      thought: /"type":"thinking.*Thinking\./s,
      text: /"text":"Speaking\."/,
      call: /"type":"tool_use".*"name":"look".*(?:"\{\\"a\\":1\}"|\{"a":1\})/s,
      usage: /"output_tokens":7/,
      end: {
        stop: /"stop_reason":"end_turn"/,
        length: /"stop_reason":"max_tokens"/,
        tool_calls: /"stop_reason":"tool_use"/,
      },
    },
  ],
  [
    ownDialect,
    {
      thought: /CHANNEL_KIND_REASONING.*"text":"Thinking\."/s,
      text: /"text":"Speaking\."/,
      call: /CHANNEL_KIND_TOOL_ARGUMENTS.*"toolName":"look".*\{\\"a\\":1\}/s,
      usage: /"promptTokens":"?11"?.*"completionTokens":"?7"?/s,
      end: { stop: /"reason":"stop"/, length: /"reason":"length"/, tool_calls: /"reason":"tool_calls"/ },
    },
  ],
];

const SAYINGS: readonly (readonly [string, Said])[] = [
  ["text", { end: "stop", thought: null, text: "Speaking.", call: false }],
  ["thought and text", { end: "stop", thought: "Thinking.", text: "Speaking.", call: false }],
  ["text that is cut off", { end: "length", thought: null, text: "Speaking.", call: false }],
  ["thought, text and a call", { end: "tool_calls", thought: "Thinking.", text: "Speaking.", call: true }],
  ["a call alone", { end: "tool_calls", thought: null, text: null, call: true }],
];

for (const [model, write] of Object.entries(MODELS) as [DialectName, (said: Said) => string][]) {
  describe(`a model of ${model}`, () => {
    const upstream = upstreamDialects.get(model);
    assert.ok(upstream !== undefined);
    for (const [caller, words] of CALLERS) {
      assert.ok(caller !== undefined);
      if (caller.name === model) continue;
      for (const [what, said] of SAYINGS) {
        // A request for plain completions has no tools, so no model calls any.
        if (words.call === null && said.call) continue;
        test(`${what}, for callers of ${caller.name}`, () => {
          const counted = { stream_options: { include_usage: true } };
          const request = simpleRequest(caller.name, caller.name.startsWith("openai-") ? counted : {});
          const log = decodeToLog({ upstream, request, pieces: [Buffer.from(write(said))] });
          assert.equal(log.failed, null);
          const plain = caller.plainEncoder({ echo: new Map(), request });
          for (const entry of log.entries) plain.add(entry);
          const forms = {
            stream: renderStream(caller, request, log.entries),
            body: JSON.stringify(plain.body()),
          };
          for (const [form, written] of Object.entries(forms)) {
            const holds = (pattern: RegExp) => assert.match(written, pattern, form);
            if (said.text !== null) holds(words.text);
            if (said.thought !== null && words.thought !== null) holds(words.thought);
            if (said.call && words.call !== null) holds(words.call);
            if (form === "body" || caller.name !== "openai-completions") holds(words.end[said.end]);
            holds(words.usage);
          }
        });
      }
    }
  });
}
