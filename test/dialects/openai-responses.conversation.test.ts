import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { responsesClient } from "../../src/dialects/openai-responses/client.js";
import { expandRequest, outputItems } from "../../src/dialects/openai-responses/conversation.js";
import { responsesUpstream } from "../../src/dialects/openai-responses/upstream.js";
import type { JsonObject } from "../../src/domain/json.js";
import { atOnce } from "../../src/domain/pace.js";
import { HAS_SHARED, recordings } from "./recordings.js";

const parse = (body: JsonObject) =>
  responsesClient.parse({ model: "m", ...body }, { headers: {}, passFields: [] });

const MESSAGE = {
  id: "m1",
  type: "message",
  role: "assistant",
  status: "completed",
  brand_new_member: "x",
  content: [{ type: "output_text", text: "two", annotations: [], logprobs: [] }],
};

describe("a request that goes on from a response", () => {
  test("is judged and forwarded with the whole conversation", () => {
    const turns = [{ type: "message", role: "user", content: "one" }, ...outputItems({ output: [MESSAGE] })];
    const earlier = { upTo: () => turns, item: () => null };
    const expanded = atOnce(expandRequest(parse({ input: "three", previous_response_id: "r1" }), earlier));
    assert.deepEqual(
      expanded.segments.map(({ role, text }) => `${role} ${text}`),
      ["user one", "assistant two", "user three"],
    );
    const { body } = responsesUpstream.build(expanded, { model: "m", maxTokens: null, apiVersion: null });
    assert.equal(JSON.parse(body).input.length, 3);
    assert.doesNotMatch(body, /previous_response_id|brand_new_member/);
  });

  test("shows its caller the id that it went on from, and only its caller's words", () => {
    const request = parse({ input: "three", previous_response_id: "r1", stream: true });
    const plain = responsesClient.plainEncoder({ echo: new Map(), request });
    assert.equal(plain.body()["previous_response_id"], "r1");
  });
});

describe("a recorded Responses answer", {
  skip: HAS_SHARED ? false : "the shared recordings are not here",
}, () => {
  test("can be sent back as input, as its clients do, and be remembered", () => {
    for (const recording of recordings("responses")) {
      for (const line of recording.body.split(/\r?\n/)) {
        if (!line.startsWith("data: {") || !line.includes('"response.completed"')) continue;
        const { response } = JSON.parse(line.slice(6));
        const own = parse({ input: [...response.output, { role: "user", content: "and now?" }] });
        const earlier = { upTo: () => outputItems(response), item: () => null };
        const expanded = atOnce(
          expandRequest(parse({ input: "and now?", previous_response_id: "r1" }), earlier),
        );
        assert.equal(expanded.neutral.messages.length, own.neutral.messages.length, recording.id);
      }
    }
  });
});
