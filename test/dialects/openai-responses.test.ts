import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { valueAt } from "../../src/dialects/json-place.js";
import { responsesClient } from "../../src/dialects/openai-responses/client.js";
import { ResponsesStreamDecoder } from "../../src/dialects/openai-responses/stream-decoder.js";
import { responsesUpstream } from "../../src/dialects/openai-responses/upstream.js";
import type { Entry } from "../../src/domain/entry.js";
import { SluiceError } from "../../src/domain/errors.js";
import type { JsonObject } from "../../src/domain/json.js";
import { decodeToLog, LIMITS } from "./identity-log.js";
import { maskedLog } from "./masked-log.js";
import { cut, HAS_SHARED, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const OPTIONS = { headers: {}, passFields: [] };
const parse = (body: JsonObject) => responsesClient.parse({ model: "m", ...body }, OPTIONS);
const built = (body: JsonObject) =>
  JSON.parse(responsesUpstream.build(parse(body), { model: "up", maxTokens: 50, apiVersion: null }).body);

function refusal(run: () => unknown): SluiceError {
  try {
    run();
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("a Responses request", () => {
  test("holds every string that the model reads", () => {
    const request = parse({
      instructions: "be brief",
      input: [
        { role: "user", content: [{ type: "input_text", text: "question" }] },
        { type: "function_call", call_id: "c1", name: "find", arguments: '{"q":"args"}' },
        { type: "function_call_output", call_id: "c1", output: "result" },
        { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "thought" }] },
      ],
      tools: [
        {
          type: "function",
          name: "find",
          description: "finds",
          parameters: { type: "object", properties: { q: { description: "query" } } },
          strict: true,
        },
      ],
      text: { format: { type: "json_schema", name: "out", schema: { title: "titled" } } },
      metadata: { note: "noted" },
      user: "somebody else",
    });
    const texts = request.segments.map(({ role, text }) => `${role}:${text}`);
    for (const wanted of [
      "system:be brief",
      "user:question",
      'assistant:{"q":"args"}',
      "tool:result",
      "assistant:thought",
      "definition:finds",
      "definition:query",
      "definition:titled",
      "parameter:noted",
      "parameter:somebody else",
    ]) {
      assert.ok(texts.includes(wanted), wanted);
    }
  });

  test("is refused with the name of a key that nobody knows", () => {
    const error = refusal(() => parse({ input: "hi", temprature: 1 }));
    assert.equal(error.code, "invalid_request");
    assert.equal(error.details.field, "temprature");
    const inner = refusal(() =>
      parse({ input: [{ role: "user", content: [{ type: "input_text", txt: "x" }] }] }),
    );
    assert.match(inner.details.field ?? "", /^input\[0\]\.content\[0\]/);
  });

  test("names what a policy has to permit", () => {
    const features = (body: JsonObject) => parse({ input: "hi", ...body }).features;
    assert.deepEqual(features({ tools: [{ type: "web_search" }] }), ["hostedTools"]);
    assert.deepEqual(features({ tools: [{ type: "mcp", server_label: "x" }] }), ["mcp"]);
    assert.deepEqual(features({ background: true }), ["background"]);
    assert.deepEqual(features({ background: false }), []);
    assert.deepEqual(features({ conversation: "conv_1" }), ["providerState"]);
    assert.deepEqual(features({ prompt: { id: "pmpt_1" } }), ["storedPrompts"]);
    const image = {
      role: "user",
      content: [{ type: "input_image", detail: "auto", image_url: "https://x.test/a.png" }],
    };
    assert.deepEqual([...features({ input: [image] })].sort(), ["images", "remoteUrls"]);
  });

  test("stores nothing at the provider and asks for no padding", () => {
    const body = built({ input: "hi", store: true, stream: true });
    assert.equal(body.store, false);
    assert.equal(body.model, "up");
    assert.equal(body.max_output_tokens, 50);
    assert.deepEqual(body.stream_options, { include_obfuscation: false });
  });

  test("goes nowhere while it names an earlier turn that nobody has expanded", () => {
    for (const body of [
      { input: "and now", previous_response_id: "resp_1" },
      { input: [{ type: "item_reference", id: "msg_1" }] },
      { input: [{ id: "msg_1" }] },
    ]) {
      assert.equal(refusal(() => built(body)).details.dialectCode, "previous_response_not_found");
    }
  });

  test("leaves out reasoning that lost its seal, and what ties others to it", () => {
    const input = [
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "masked" }] },
      { type: "function_call", id: "fc_1", call_id: "c1", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "c1", output: "x" },
      { type: "reasoning", id: "rs_2", summary: [], encrypted_content: "gAAA" },
      { type: "function_call", id: "fc_2", call_id: "c2", name: "f", arguments: "{}" },
    ];
    const types = built({ input }).input.map((item: JsonObject) =>
      `${item["type"]} ${item["id"] ?? ""}`.trim(),
    );
    assert.deepEqual(types, [
      "function_call",
      "function_call_output",
      "reasoning rs_2",
      "function_call fc_2",
    ]);
  });

  test("gets other text where a policy redacts, and stays the same otherwise", () => {
    const request = parse({ input: "call jane", instructions: "be kind" });
    const index = request.segments.findIndex(({ text }) => text === "call jane");
    const changed = responsesClient.withTexts(request, new Map([[index, "call <PERSON>"]]));
    assert.equal(changed.native["input"], "call <PERSON>");
    assert.equal(changed.native["instructions"], "be kind");
  });

  test("joins a turn of the assistant and its calls for other dialects", () => {
    const { neutral } = parse({
      input: [
        { role: "user", content: "hi" },
        { role: "assistant", content: "let me see" },
        { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
        { type: "function_call", call_id: "c2", name: "f", arguments: "{}" },
        { type: "function_call_output", call_id: "c1", output: "1" },
        { type: "function_call_output", call_id: "c2", output: "2" },
      ],
    });
    assert.deepEqual(
      neutral.messages.map(({ role, parts }) => [role, parts.map(({ type }) => type)]),
      [
        ["user", ["text"]],
        ["assistant", ["text", "tool_call", "tool_call"]],
        ["tool", ["tool_result", "tool_result"]],
      ],
    );
  });
});

const PLAIN = {
  id: "resp_up",
  object: "response",
  created_at: 5,
  status: "completed",
  error: null,
  incomplete_details: null,
  model: "m",
  instructions: "be brief",
  output: [
    {
      id: "rs_1",
      type: "reasoning",
      summary: [{ type: "summary_text", text: "thought" }],
      encrypted_content: "gAAA",
    },
    {
      id: "msg_1",
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: "Mail jane.doe@example.com", annotations: [], logprobs: [] }],
    },
    {
      id: "fc_1",
      type: "function_call",
      call_id: "c1",
      name: "f",
      arguments: '{"a":1}',
      status: "completed",
    },
  ],
  usage: {
    input_tokens: 1,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 2,
    output_tokens_details: { reasoning_tokens: 1 },
    total_tokens: 3,
  },
};

function plainBody(entries: readonly Entry[], request: ReturnType<typeof parse>): JsonObject {
  const encoder = responsesClient.plainEncoder({ echo: new Map(), request });
  for (const entry of entries) encoder.add(entry);
  return encoder.body();
}

describe("a plain Responses answer", () => {
  const request = parse({ input: "hi", instructions: "be brief" });
  const pieces = cut(JSON.stringify(PLAIN), 3);

  test("reaches the caller as the upstream gave it", () => {
    const log = decodeToLog({ upstream: responsesUpstream, request, pieces });
    assert.equal(log.finished, true);
    assert.deepEqual(plainBody(log.entries, request), PLAIN);
  });

  test("is masked in its channels, and in nothing else", () => {
    const body = plainBody(maskedLog({ upstream: responsesUpstream, request, pieces }), request);
    const text = JSON.stringify(body);
    assert.match(text, /Mail <EMAIL_ADDRESS>/);
    assert.doesNotMatch(text, /jane/);
    assert.match(text, /gAAA/);
  });

  test("that reports an error is a failure", () => {
    const failed = { ...PLAIN, status: "failed", error: { code: "server_error", message: "secret words" } };
    const log = decodeToLog({ upstream: responsesUpstream, request, pieces: cut(JSON.stringify(failed), 3) });
    assert.equal(log.failed?.details.upstreamCode, "server_error");
    assert.doesNotMatch(log.failed?.message ?? "", /secret/);
  });
});

describe("a Responses stream", () => {
  const request = parse({ input: "hi", stream: true });

  test("without a terminator does not end like a finished one", () => {
    const event = { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "hello" };
    const pieces = [Buffer.from(`data: ${JSON.stringify(event)}\n\n`)];
    const log = decodeToLog({ upstream: responsesUpstream, request, pieces });
    assert.equal(log.finished, false);
    const frames = renderStream(responsesClient, request, log.entries);
    assert.match(frames, /event: error\ndata: \{"type":"error"/);
    assert.match(frames, /event: response\.failed/);
    assert.doesNotMatch(frames, /response\.completed/);
  });

  test("denied in its middle says so in both forms, and finally", () => {
    const ended = {
      type: "ended",
      seq: 9,
      offsetUs: 1,
      error: { code: "policy_denied", message: "No.", details: { rule: "r" } },
      outcome: "policy_denied",
      by: null,
      reason: null,
      totals: { chunks: 0, characters: 0, findings: {}, usage: null, firstChunkUs: null },
    } as const;
    const frames: JsonObject[] = [];
    const encoder = responsesClient.streamEncoder({ echo: new Map(), request: null });
    encoder.encode(ended, { frame: (_event, data) => frames.push(JSON.parse(data)) });
    assert.deepEqual(
      frames.map((frame) => frame["sequence_number"]),
      [0, 1],
    );
    assert.equal(valueAt(frames, [0, "message"]), "No.");
    assert.equal(valueAt(frames, [0, "error", "type"]), "permission_error");
    assert.equal(valueAt(frames, [1, "response", "error", "code"]), "invalid_prompt");
  });

  test("is broken by text after its part or after its end", () => {
    const delta = { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "a" };
    const done = { type: "response.output_text.done", output_index: 0, content_index: 0, text: "a" };
    const end = { type: "response.completed", response: { ...PLAIN, output: [] } };
    for (const events of [
      [delta, done, delta],
      [delta, end, delta],
      [{ ...delta, output_index: 1e9 }],
      [{ ...delta, output_index: -1 }],
    ]) {
      const pieces = events.map((event) => Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
      const log = decodeToLog({ upstream: responsesUpstream, request, pieces });
      assert.equal(log.failed?.code, "upstream_broken");
    }
  });

  test("gives text to other dialects that came without deltas", () => {
    const events = [
      { type: "response.created", response: { ...PLAIN, output: [], status: "in_progress" } },
      { type: "response.completed", response: PLAIN },
    ];
    const pieces = events.map((event) => Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
    const log = decodeToLog({ upstream: responsesUpstream, request, pieces });
    const texts = log.entries.flatMap((entry) => (entry.type === "chunk" ? [entry.text] : []));
    assert.deepEqual(texts, ["thought", "Mail jane.doe@example.com", '{"a":1}']);
  });
});

describe("the fast path", { skip: HAS_SHARED ? false : "the shared recordings are not here" }, () => {
  test("gives what the parsed path gives, for every recording and cut", () => {
    const request = parse({ input: "hi", stream: true });
    for (const recording of recordings("responses")) {
      const about = { request, limits: LIMITS, echo: new Map(), passFields: [] };
      const read = (fastPath: boolean) =>
        decodeToLog({
          upstream: responsesUpstream,
          request,
          pieces: cut(recording.body, 13),
          decoder: new ResponsesStreamDecoder({ ...about, fastPath }),
        }).entries.slice(1);
      assert.deepEqual(read(true), read(false), recording.id);
    }
  });
});
