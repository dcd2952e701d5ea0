import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { UpstreamDialect } from "../../src/dialects/dialect.js";
import { geminiUpstream } from "../../src/dialects/gemini/upstream.js";
import { ollamaUpstream } from "../../src/dialects/ollama/upstream.js";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import type { JsonObject } from "../../src/domain/json.js";
import { decodeToLog, type IdentityLog } from "./identity-log.js";
import { cut, HAS_SHARED, recordings } from "./recordings.js";

const ask = (more: JsonObject = {}) =>
  chatClient.parse(
    { model: "m", messages: [{ role: "user", content: "hi" }], stream: true, ...more },
    { headers: {}, passFields: [] },
  );

function read(
  upstream: UpstreamDialect,
  body: string,
  more: { readonly seed?: number; readonly stream?: boolean } = {},
) {
  const request = ask({ stream: more.stream ?? true });
  return decodeToLog({ upstream, request, pieces: cut(body, more.seed ?? 7) });
}

function texts(log: IdentityLog, kind: string): readonly string[] {
  const said = new Map<number, string>();
  for (const entry of log.entries) {
    if (entry.type === "output") {
      for (const item of entry.items) {
        if (item.type === "channel" && item.channel.kind === kind) said.set(item.channel.id, "");
      }
    } else if (entry.type === "chunk" && said.has(entry.channel)) {
      said.set(entry.channel, said.get(entry.channel) + entry.text);
    }
  }
  return [...said.values()];
}

function items(log: IdentityLog, type: string) {
  return log.entries.flatMap((entry) =>
    entry.type === "output" ? entry.items.filter((item) => item.type === type) : [],
  );
}

const sse = (...events: readonly JsonObject[]) =>
  events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join("");
const lines = (...events: readonly JsonObject[]) =>
  events.map((event) => `${JSON.stringify(event)}\n`).join("");

describe("recorded streams of Gemini and Ollama", {
  skip: HAS_SHARED ? false : "the shared recordings are not here",
}, () => {
  for (const [kind, upstream] of [
    ["gemini.streamGenerateContent", geminiUpstream],
    ["ollama", ollamaUpstream],
  ] as const) {
    test(`has recordings of ${kind}`, () => assert.notEqual(recordings(kind).length, 0));
    for (const recording of recordings(kind)) {
      test(`${recording.id} is read whole, however it is cut`, () => {
        for (const seed of [7, 19, recording.body.length < 8000 ? 0 : 3]) {
          const log = read(upstream, recording.body, { seed });
          assert.equal(log.failed, null);
          assert.equal(log.finished, true);
          assert.equal(texts(log, "text").join(""), Object.values(recording.expect.text).join(""));
          assert.equal(texts(log, "reasoning").join(""), recording.expect.reasoning ?? "");
          for (const args of texts(log, "tool_arguments")) JSON.parse(args);
          assert.equal(items(log, "usage").length, 1);
        }
      });
    }
  }
});

describe("a Gemini upstream", () => {
  const candidate = (parts: readonly JsonObject[], more: JsonObject = {}) => ({
    candidates: [{ content: { role: "model", parts }, ...more }],
  });

  test("puts arguments together that come in pieces", () => {
    const piece = (jsonPath: string, value: JsonObject) =>
      candidate([{ functionCall: { partialArgs: [{ jsonPath, ...value }], willContinue: true } }]);
    const body = sse(
      candidate([{ functionCall: { name: "write", willContinue: true } }]),
      piece("$.list[0].name", { stringValue: "red ", willContinue: true }),
      piece("$.list[0].name", { stringValue: "apple" }),
      piece("$.list[0].price", { numberValue: 0.5 }),
      piece("$.list[1]['name']", { stringValue: "banana" }),
      piece("$.__proto__", { boolValue: true }),
      candidate([{ functionCall: {} }]),
      candidate([{ functionCall: { name: "read", args: { id: "A" } } }], { finishReason: "STOP" }),
    );
    const log = read(geminiUpstream, body);
    assert.equal(log.failed, null);
    const [first, second] = texts(log, "tool_arguments");
    assert.equal(first, '{"list":[{"name":"red apple","price":0.5},{"name":"banana"}],"__proto__":true}');
    assert.equal(second, '{"id":"A"}');
    assert.deepEqual(items(log, "finish"), [
      { type: "finish", choice: 0, reason: "tool_calls", native: "STOP" },
    ]);
  });

  test("is broken by arguments that lead nowhere, a foreign candidate, and text after its end", () => {
    const call = (jsonPath: string) =>
      candidate([{ functionCall: { name: "f", partialArgs: [{ jsonPath, stringValue: "x" }] } }]);
    for (const body of [
      sse(call("$.a[9]")),
      sse(call("a")),
      sse(call(`$${".a".repeat(99)}`)),
      sse(candidate([{ text: "x" }], { index: 3 })),
      sse(candidate([{ text: "x" }], { finishReason: "STOP" }), candidate([{ text: "y" }])),
    ]) {
      assert.equal(read(geminiUpstream, body).failed?.code, "upstream_broken");
    }
  });

  test("that stops without a reason does not end like a finished one", () => {
    assert.equal(read(geminiUpstream, sse(candidate([{ text: "half" }]))).finished, false);
  });

  test("that blocks the prompt has finished, with a filter", () => {
    const log = read(geminiUpstream, sse({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }));
    assert.equal(log.finished, true);
    assert.equal(items(log, "finish").length, 1);
  });

  test("reports an error by its status, without its words", () => {
    const error = { error: { code: 400, status: "INVALID_ARGUMENT", message: "secret words" } };
    assert.equal(read(geminiUpstream, sse(error)).failed?.details.upstreamCode, "INVALID_ARGUMENT");
    const answer = geminiUpstream.error(400, {}, Buffer.from(JSON.stringify([error])));
    assert.equal(answer.details.upstreamCode, "INVALID_ARGUMENT");
    assert.doesNotMatch(answer.message, /secret/);
  });

  test("reads a plain answer", () => {
    const body = JSON.stringify(candidate([{ text: "hello" }], { finishReason: "MAX_TOKENS" }));
    const log = read(geminiUpstream, body, { stream: false });
    assert.equal(log.finished, true);
    assert.deepEqual(texts(log, "text"), ["hello"]);
  });

  test("is asked with the whole conversation in its own words", () => {
    const request = ask({
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "weather?" },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "sunny" },
      ],
      tools: [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }],
      tool_choice: { type: "function", function: { name: "weather" } },
      reasoning_effort: "low",
      stop: ["END"],
    });
    const built = geminiUpstream.build(request, { model: "gemini-3-pro", maxTokens: 9, apiVersion: null });
    assert.equal(built.path, "/models/gemini-3-pro:streamGenerateContent?alt=sse");
    assert.deepEqual(JSON.parse(built.body), {
      contents: [
        { role: "user", parts: [{ text: "weather?" }] },
        {
          role: "model",
          parts: [
            {
              functionCall: { name: "weather", args: { city: "Rome" } },
              thoughtSignature: "skip_thought_signature_validator",
            },
          ],
        },
        { role: "user", parts: [{ functionResponse: { name: "weather", response: { result: "sunny" } } }] },
      ],
      systemInstruction: { parts: [{ text: "be brief" }] },
      tools: [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: { type: "object" } }] }],
      toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["weather"] } },
      generationConfig: {
        maxOutputTokens: 9,
        stopSequences: ["END"],
        thinkingConfig: { includeThoughts: true, thinkingLevel: "low" },
      },
    });
    const strange = geminiUpstream.build(request, { model: "a/../b?x", maxTokens: null, apiVersion: null });
    assert.equal(strange.path, "/models/a%2F..%2Fb%3Fx:streamGenerateContent?alt=sse");
  });
});

describe("an Ollama upstream", () => {
  test("says thoughts, text and calls on channels of their own", () => {
    const log = read(
      ollamaUpstream,
      lines(
        { model: "q", message: { role: "assistant", content: "", thinking: "hm" }, done: false },
        { model: "q", message: { role: "assistant", content: "hello" }, done: false },
        {
          model: "q",
          message: {
            role: "assistant",
            content: "",
            tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }],
          },
          done: false,
        },
        {
          model: "q",
          message: { content: "" },
          done: true,
          done_reason: "stop",
          prompt_eval_count: 3,
          eval_count: 4,
        },
      ),
    );
    assert.equal(log.finished, true);
    assert.deepEqual(
      ["reasoning", "text", "tool_arguments"].map((kind) => texts(log, kind)),
      [["hm"], ["hello"], ['{"a":1}']],
    );
    assert.deepEqual(items(log, "finish"), [
      { type: "finish", choice: 0, reason: "tool_calls", native: "stop" },
    ]);
  });

  test("never passes the conversation in token numbers", () => {
    const log = read(ollamaUpstream, lines({ model: "q", response: "x", done: true, context: [1, 2, 3] }));
    assert.equal(log.finished, true);
    assert.doesNotMatch(JSON.stringify(log.entries), /context/);
  });

  test("is broken where it ends too early, goes on, or is no JSON", () => {
    assert.equal(read(ollamaUpstream, lines({ message: { content: "half" }, done: false })).finished, false);
    const ended = lines(
      { message: { content: "x" }, done: true },
      { message: { content: "y" }, done: false },
    );
    assert.equal(read(ollamaUpstream, ended).failed?.code, "upstream_broken");
    assert.equal(read(ollamaUpstream, "<html>\n").failed?.code, "upstream_broken");
    assert.equal(
      read(ollamaUpstream, `{"message":{"content":"x"${"[".repeat(99)}\n`).failed?.code,
      "upstream_broken",
    );
    const deep = `{"message":{"tool_calls":[{"function":{"name":"f","arguments":{"a":${"[".repeat(999)}${"]".repeat(999)}}}}]}}\n`;
    assert.equal(read(ollamaUpstream, deep).failed?.code, "upstream_broken");
  });

  test("reports an error in its stream without its words", () => {
    const failed = read(ollamaUpstream, lines({ error: "secret words" })).failed;
    assert.equal(failed?.code, "upstream_broken");
    assert.doesNotMatch(`${failed?.message}`, /secret/);
  });

  test("is asked in its own words", () => {
    const request = ask({
      messages: [
        {
          role: "assistant",
          tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "c1", content: "1" },
      ],
      response_format: { type: "json_object" },
    });
    const { path, body } = ollamaUpstream.build(request, { model: "q", maxTokens: 5, apiVersion: null });
    assert.equal(path, "/api/chat");
    assert.deepEqual(JSON.parse(body), {
      model: "q",
      messages: [
        { role: "assistant", content: "", tool_calls: [{ function: { name: "f", arguments: {} } }] },
        { role: "tool", tool_name: "f", content: "1" },
      ],
      stream: true,
      format: "json",
      options: { num_predict: 5 },
    });
  });
});
