import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import protobuf from "protobufjs";
import { parseSluice, sluiceCallOptions, withSluiceTexts } from "../../src/dialects/sluice/index.js";
import { SluiceError } from "../../src/domain/errors.js";
import type { JsonObject } from "../../src/domain/json.js";
import { atOnce } from "../../src/domain/pace.js";

const FULL: JsonObject = {
  model: "small",
  messages: [
    { role: "system", parts: [{ text: "Be brief." }] },
    {
      role: "user",
      parts: [{ text: "What is this?" }, { image: { mediaType: "image/png", data: "iVBORw0KGgo=" } }],
    },
    {
      role: "assistant",
      parts: [
        { reasoning: { text: "Look it up.", signature: "c2VhbA==" } },
        { toolCall: { id: "call_1", name: "look_up", arguments: '{"word":"thing"}' } },
      ],
    },
    { role: "tool", parts: [{ toolResult: { toolCallId: "call_1", text: "A thing.", isError: true } }] },
    { role: "assistant", parts: [{ refusal: "I would rather not." }] },
  ],
  tools: [
    {
      name: "look_up",
      description: "Finds a word.",
      parametersJson: '{"type":"object","properties":{"word":{"type":"string"}}}',
      strict: true,
    },
  ],
  toolChoice: { mode: "tool", name: "look_up" },
  parallelToolCalls: false,
  maxTokens: 100,
  choices: 2,
  temperature: 0.5,
  topP: 0.9,
  stop: ["END"],
  seed: -1,
  presencePenalty: 0.1,
  frequencyPenalty: -0.1,
  responseFormat: { type: "json_schema", name: "answer", schemaJson: '{"type":"object"}', strict: true },
  reasoningEffort: "low",
  logprobs: true,
  topLogprobs: 2,
  labels: [
    { key: "ticket", value: "A-1" },
    { key: "__proto__", value: "x" },
  ],
  resumable: true,
  idempotencyKey: "once",
};

describe("a request in the gateway's own form", () => {
  it("is read whole", () => {
    const request = parseSluice(FULL);
    assert.equal(request.dialect, "sluice");
    assert.equal(request.model, "small");
    assert.equal(request.stream, true);
    assert.deepEqual(request.features, ["images"]);
    assert.equal(request.labels["ticket"], "A-1");
    assert.ok(Object.hasOwn(request.labels, "__proto__"));
    assert.deepEqual(sluiceCallOptions(request), { resumable: true, idempotencyKey: "once" });
    const { neutral } = request;
    assert.deepEqual(neutral.messages[2]?.parts, [
      { type: "reasoning", text: "Look it up.", signature: "c2VhbA==" },
      { type: "tool_call", id: "call_1", name: "look_up", arguments: '{"word":"thing"}' },
    ]);
    assert.deepEqual(neutral.toolChoice, { type: "tool", name: "look_up" });
    assert.equal(neutral.choices, 2);
    assert.equal(neutral.parallelToolCalls, false);
    assert.deepEqual(neutral.responseFormat, {
      type: "json_schema",
      name: "answer",
      schema: { type: "object" },
      strict: true,
    });
  });

  it("has every string that the model will read in a segment, at its place", () => {
    const { segments, native } = parseSluice(FULL);
    for (const segment of segments) assert.equal(at(native, segment.path), segment.text);
    const judged = segments.map((segment) => segment.text);
    // Closed words, the provider's seal, base64 of an image, and what stays with the gateway.
    const unjudged = new Set([
      "small",
      "system",
      "user",
      "assistant",
      "tool",
      "image/png",
      "iVBORw0KGgo=",
      "c2VhbA==",
      "json_schema",
      "ticket",
      "A-1",
      "__proto__",
      "x",
      "once",
    ]);
    const strings = allStrings(native).filter((text) => !unjudged.has(text) && text !== "look_up");
    for (const text of strings) assert.ok(judged.includes(text), text);
    assert.equal(judged.filter((text) => text === "look_up").length, 2);
    const roles = Object.fromEntries(segments.map(({ text, role, syntax }) => [text, `${role} ${syntax}`]));
    assert.equal(roles["Be brief."], "system text");
    assert.equal(roles["A thing."], "tool text");
    assert.equal(roles['{"word":"thing"}'], "assistant json");
    assert.equal(roles["Finds a word."], "definition text");
    assert.equal(roles["END"], "parameter text");
  });

  it("has every field of the proto, by the proto's names", () => {
    const root = new protobuf.Root();
    root.resolvePath = (_origin, target) => join("proto", target);
    root.loadSync("sluice/v1/completions.proto");
    const seen = new Map<string, Set<string>>();
    collect(FULL, root.lookupType("sluice.v1.CompleteRequest"), seen);
    for (const [name, keys] of seen) {
      const fields = root.lookupType(name).fieldsArray.map((field) => field.name);
      assert.deepEqual([...keys].sort(), fields.sort(), name);
    }
    assert.equal(seen.size, 11);
  });

  it("takes the zero values that the proto's mapping writes out as absent", () => {
    const request = parseSluice({
      model: "m",
      messages: [{ role: "user", parts: [{ text: "" }] }],
      tools: [],
      toolChoice: null,
      choices: 0,
      stop: [],
      responseFormat: { type: "text", name: "", schemaJson: "", strict: false },
      reasoningEffort: "",
      logprobs: false,
      labels: [],
      resumable: false,
      idempotencyKey: "",
      maxTokens: null,
    });
    assert.equal(request.neutral.choices, 1);
    assert.equal(request.neutral.reasoningEffort, null);
    assert.equal(request.neutral.maxTokens, null);
    assert.deepEqual(request.neutral.responseFormat, { type: "text" });
    assert.deepEqual(sluiceCallOptions(request), { resumable: false, idempotencyKey: null });
    assert.deepEqual(request.segments, []);
  });

  it("takes other texts in its segments, in every form that it has", () => {
    const request = parseSluice(FULL);
    const texts = new Map(request.segments.map((segment, index) => [index, changed(segment.text)]));
    const after = atOnce(withSluiceTexts(request, texts));
    assert.deepEqual(
      after.segments.map((segment) => segment.text),
      request.segments.map((segment) => changed(segment.text)),
    );
    assert.equal(after.neutral.messages[0]?.parts[0]?.type, "text");
    assert.deepEqual(after.neutral.messages[0]?.parts[0], { type: "text", text: "Be brief.~" });
    assert.deepEqual(after.neutral.stop, ["END~"]);
    assert.equal(at(after.native, ["messages", 3, "parts", 0, "toolResult", "text"]), "A thing.~");
    assert.equal(parseSluice(FULL).segments[0]?.text, "Be brief.");
  });
});

/** JSON stays JSON, and the tool that must be called keeps its name. */
function changed(text: string): string {
  return text.startsWith("{") || text === "look_up" ? text : `${text}~`;
}

describe("a request that is not right", () => {
  const messages = [{ role: "user", parts: [{ text: "Hi" }] }];
  const user = (...parts: JsonObject[]) => ({ model: "m", messages: [{ role: "user", parts }] });
  const faults: readonly (readonly [string, JsonObject, string, RegExp])[] = [
    ["no model", { messages }, "model", /missing or empty/],
    ["no messages", { model: "m" }, "messages", /missing or empty/],
    ["an unknown key", { model: "m", messages, max_tokens: 5 }, "max_tokens", /did you mean "maxTokens"/],
    ["a prototype's key", { model: "m", messages, constructor: 1 }, "constructor", /not known/],
    [
      "an unknown key deep inside",
      user({ text: "a", cache: true }),
      "messages[0].parts[0].cache",
      /not known/,
    ],
    ["a number for a text", user({ text: 5 }), "messages[0].parts[0].text", /must be a string/],
    ["two things in one part", user({ text: "a", refusal: "b" }), "messages[0].parts[0]", /exactly one/],
    ["an empty part", user({}), "messages[0].parts[0]", /exactly one/],
    ["a message without parts", { model: "m", messages: [{ role: "user" }] }, "messages[0].parts", /missing/],
    [
      "a role that is none",
      { model: "m", messages: [{ role: "usr", parts: [] }] },
      "messages[0].role",
      /"user"/,
    ],
    [
      "a user's tool call",
      user({ toolCall: { id: "1", name: "n" } }),
      "messages[0].parts[0].toolCall",
      /role user/,
    ],
    ["half a token", { model: "m", messages, maxTokens: 1.5 }, "maxTokens", /whole number/],
    ["a temperature beyond all", { model: "m", messages, temperature: 3 }, "temperature", /from 0 to 2/],
    ["a number written as a text", { model: "m", messages, topP: "1" }, "topP", /must be a number/],
    ["a schema that is no JSON", tool("{"), "tools[0].parametersJson", /not JSON/],
    ["a schema that is a list", tool("[]"), "tools[0].parametersJson", /JSON object/],
    [
      "a schema without a bottom",
      tool(`{"a":${"[".repeat(100)}${"]".repeat(100)}}`),
      "tools[0].parametersJson",
      /64/,
    ],
    [
      "a choice of no tool",
      { model: "m", messages, toolChoice: { mode: "tool", name: "x" } },
      "toolChoice.name",
      /no tool/,
    ],
    [
      "a tool's name without the mode",
      { model: "m", messages, toolChoice: { mode: "auto", name: "x" } },
      "toolChoice.name",
      /mode/,
    ],
    [
      "a schema without its type",
      { model: "m", messages, responseFormat: { type: "text", schemaJson: "{}" } },
      "responseFormat.schemaJson",
      /json_schema/,
    ],
    [
      "a type without its schema",
      { model: "m", messages, responseFormat: { type: "json_schema", name: "n" } },
      "responseFormat.schemaJson",
      /missing/,
    ],
    [
      "an image that is none",
      user({ image: { mediaType: "text/html", data: "AAAA" } }),
      "messages[0].parts[0].image.mediaType",
      /image/,
    ],
    [
      "an image that is no base64",
      user({ image: { mediaType: "image/png", data: "???" } }),
      "messages[0].parts[0].image.data",
      /base64/,
    ],
    ["an empty stop", { model: "m", messages, stop: [""] }, "stop[0]", /not empty/],
    [
      "a label twice",
      { model: "m", messages, labels: [{ key: "a" }, { key: "a" }] },
      "labels[1].key",
      /twice/,
    ],
    ["a list for an object", { model: "m", messages, toolChoice: [] }, "toolChoice", /object/],
  ];
  for (const [what, body, field, message] of faults) {
    it(`with ${what} is refused by the field's name`, () => {
      assert.throws(
        () => parseSluice(body),
        (error) => {
          assert.ok(error instanceof SluiceError, String(error));
          assert.equal(error.code, "invalid_request");
          assert.equal(error.details.field, field);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it("over a limit is too large", () => {
    const label = { key: "k".repeat(65), value: "" };
    for (const body of [
      { model: "m", messages: Array.from({ length: 5_000 }, () => messages[0] ?? {}) },
      { model: "m", messages, labels: [label] },
      { model: "m", messages, idempotencyKey: "i".repeat(256) },
    ]) {
      assert.throws(
        () => parseSluice(body),
        (error) => error instanceof SluiceError && error.code === "too_large",
      );
    }
  });

  it("says nothing of what stands in it", () => {
    const secret = "4111 1111 1111 1111";
    for (const body of [user({ text: [secret] }), { model: "m", messages, topP: secret }, tool(secret)]) {
      assert.throws(
        () => parseSluice(body),
        (error) =>
          error instanceof SluiceError && !JSON.stringify([error.message, error.details]).includes("4111"),
      );
    }
  });

  function tool(parametersJson: string): JsonObject {
    return { model: "m", messages, tools: [{ name: "t", parametersJson }] };
  }
});

/** The keys that the objects of `value` have, by the proto's type of each. */
function collect(value: unknown, type: protobuf.Type, seen: Map<string, Set<string>>): void {
  if (typeof value !== "object" || value === null) return;
  const name = type.fullName.slice(1);
  const keys = seen.get(name) ?? new Set();
  seen.set(name, keys);
  for (const [key, member] of Object.entries(value)) {
    keys.add(key);
    const inner = type.fields[key]?.resolve().resolvedType;
    if (!(inner instanceof protobuf.Type)) continue;
    for (const entry of Array.isArray(member) ? member : [member]) collect(entry, inner, seen);
  }
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) found = (found as Record<string | number, unknown>)[step];
  return found;
}

function allStrings(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(allStrings);
}
