import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Message, NeutralRequest, Part } from "../../src/dialects/request.js";
import { buildSluice, parseSluice } from "../../src/dialects/sluice/index.js";
import type { JsonObject } from "../../src/domain/json.js";
import fc from "../support/seeded-check.js";

const text = fc.string({ maxLength: 20 });
const word = fc.string({ minLength: 1, maxLength: 20 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const object: fc.Arbitrary<JsonObject> = fc.dictionary(
  word.filter((key) => key !== "__proto__"),
  fc.oneof(text, fc.boolean(), fc.integer()),
  { maxKeys: 4 },
);

const said: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({ type: fc.constant("refusal" as const), text }),
  fc.record({ type: fc.constant("reasoning" as const), text, signature: maybe(word) }),
  fc.record({ type: fc.constant("tool_call" as const), id: word, name: word, arguments: text }),
);
const asked: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({ type: fc.constant("tool_result" as const), toolCallId: word, text, isError: fc.boolean() }),
  fc.record({
    type: fc.constant("image" as const),
    mediaType: fc.constant("image/png"),
    data: fc.constant("AAAA"),
  }),
);
const parts = (part: fc.Arbitrary<Part>) => fc.array(part, { minLength: 1, maxLength: 3 });
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constant("assistant" as const), parts: parts(said) }),
  fc.record({ role: fc.constantFrom("user" as const, "tool" as const), parts: parts(asked) }),
);

const request: fc.Arbitrary<NeutralRequest> = fc
  .record({
    messages: fc.array(message, { minLength: 1, maxLength: 3 }),
    tools: fc.array(
      fc.record({
        name: word,
        description: maybe(word),
        parameters: maybe(object),
        strict: maybe(fc.boolean()),
      }),
      { maxLength: 3 },
    ),
    parallelToolCalls: maybe(fc.boolean()),
    maxTokens: maybe(fc.integer({ min: 1, max: 0xffffffff })),
    choices: fc.integer({ min: 1, max: 128 }),
    temperature: maybe(fc.double({ min: 0, max: 2, noNaN: true })),
    topP: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    stop: fc.array(word, { maxLength: 4 }),
    seed: maybe(fc.integer()),
    presencePenalty: maybe(fc.double({ min: -2, max: 2, noNaN: true })),
    frequencyPenalty: maybe(fc.double({ min: -2, max: 2, noNaN: true })),
    responseFormat: fc.oneof(
      fc.constant(null),
      fc.constantFrom({ type: "text" as const }, { type: "json_object" as const }),
      fc.record({
        type: fc.constant("json_schema" as const),
        name: word,
        schema: object,
        strict: maybe(fc.boolean()),
      }),
    ),
    reasoningEffort: maybe(word),
    logprobs: fc.boolean(),
    topLogprobs: maybe(fc.integer({ min: 0, max: 20 })),
    includeUsage: fc.constant(true),
  })
  .chain((base) => {
    const [tool] = base.tools;
    const named = tool === undefined ? [] : [{ type: "tool" as const, name: tool.name }];
    const choices = [
      null,
      { type: "auto" as const },
      { type: "none" as const },
      { type: "required" as const },
    ];
    return fc.constantFrom(...choices, ...named).map((toolChoice) => ({ ...base, toolChoice }));
  });

describe("a request written in the gateway's own form", () => {
  it("is the same request when it is read again", () => {
    fc.assert(
      fc.property(request, (neutral) => {
        const written = JSON.parse(JSON.stringify(buildSluice(neutral, "m")));
        assert.deepEqual(parseSluice(written).neutral, JSON.parse(JSON.stringify(neutral)));
      }),
      { numRuns: 300 },
    );
  });
});
