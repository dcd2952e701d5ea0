import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { completionsClient } from "../../src/dialects/openai-completions/client.js";
import { completionsUpstream } from "../../src/dialects/openai-completions/upstream.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog } from "./identity-log.js";
import { cut, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const model = new FakeModel();
let sdk: OpenAI;

before(async () => {
  sdk = new OpenAI({ baseURL: `${await model.listen()}/v1`, apiKey: "k", maxRetries: 0 });
});
after(() => model.close());

const request = completionsClient.parse(
  { model: "m", prompt: "Once", stream: true, stream_options: { include_usage: true } },
  { headers: {}, passFields: [] },
);

/** The answer as a client adds it up: text and log-probabilities joined, of the rest the last. */
async function folded(body: string): Promise<unknown> {
  const choices: Record<number, { text: string; rest: object }> = {};
  let head = {};
  for (const chunk of await chunks(body)) {
    const { choices: said, ...others } = chunk;
    head = { ...head, ...others };
    for (const { text, index, ...rest } of said) {
      const before = choices[index] ?? { text: "", rest: {} };
      choices[index] = { text: before.text + (text ?? ""), rest: { ...before.rest, ...rest } };
    }
  }
  return { head, choices };
}

async function chunks(body: string): Promise<OpenAI.Completion[]> {
  model.answer = { body };
  const seen: OpenAI.Completion[] = [];
  for await (const chunk of await sdk.completions.create({ model: "m", prompt: "Once", stream: true }))
    seen.push(chunk);
  return seen;
}

function through(body: string, seed: number): string {
  const log = decodeToLog({ upstream: completionsUpstream, request, pieces: cut(body, seed) });
  assert.equal(log.failed, null);
  return renderStream(completionsClient, request, log.entries);
}

describe("recorded streams of completions", () => {
  for (const recording of recordings("completions")) {
    test(`${recording.id} adds up to the same in the SDK`, async () => {
      for (const seed of recording.body.length < 6000 ? [0, 5] : [5]) {
        assert.deepEqual(await folded(through(recording.body, seed)), await folded(recording.body));
      }
    });
  }
});

test("columns of log-probabilities arrive as they were sent", async () => {
  const event = (text: string, logprobs: unknown) =>
    `data: ${JSON.stringify({ id: "cmpl-1", object: "text_completion", created: 1, model: "m", choices: [{ text, index: 0, logprobs, finish_reason: null }] })}\n\n`;
  const body = [
    event(" two", {
      tokens: [" two"],
      token_logprobs: [-0.1],
      top_logprobs: [{ " two": -0.1, " three": -3 }],
      text_offset: [4],
    }),
    event(" cats sat", {
      tokens: [" cats", " sat"],
      token_logprobs: [-0.2, -0.3],
      top_logprobs: null,
      text_offset: [8, 13],
    }),
    `data: ${JSON.stringify({ id: "cmpl-1", object: "text_completion", created: 1, model: "m", choices: [{ text: "", index: 0, logprobs: null, finish_reason: "stop" }] })}\n\n`,
    "data: [DONE]\n\n",
  ].join("");
  assert.deepEqual(await chunks(through(body, 3)), await chunks(body));
});

test("log-probabilities that spell something else than the text are dropped", () => {
  const lying = `data: ${JSON.stringify({ id: "c", choices: [{ text: "hi", index: 0, logprobs: { tokens: ["secret"], token_logprobs: [0], top_logprobs: null, text_offset: [0] }, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;
  assert.ok(!through(lying, 2).includes("secret"));
});
