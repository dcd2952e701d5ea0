import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import { withoutMessages } from "../support/without-messages.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog } from "./identity-log.js";
import { cut, type Recording, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

/** What Sluice drops on purpose from streams of this dialect. */
const DROPPED = ["obfuscation", "p", "message", "token_ids", "prompt_token_ids", "prompt_text"];

const model = new FakeModel();
let sdk: OpenAI;

before(async () => {
  sdk = new OpenAI({ baseURL: `${await model.listen()}/v1`, apiKey: "k", maxRetries: 0 });
});
after(() => model.close());

function asked(recording: Recording) {
  const request = {
    model: "m",
    messages: [{ role: "user", content: "hi" }],
    stream: true,
    stream_options: { include_usage: true },
  };
  return chatClient.parse(
    { ...request, n: Math.max(1, Object.keys(recording.expect.text).length) },
    { headers: {}, passFields: [] },
  );
}

async function finalObject(body: string): Promise<unknown> {
  model.answer = { body };
  try {
    const stream = sdk.chat.completions.stream({ model: "m", messages: [{ role: "user", content: "hi" }] });
    return withoutDropped(await stream.finalChatCompletion());
  } catch (error) {
    return error instanceof Error ? `${error.constructor.name}: ${error.message}` : error;
  }
}

/** Every raw chunk folded by field, for streams that the helper refuses. */
async function folded(body: string): Promise<unknown> {
  model.answer = { body };
  const stream = await sdk.chat.completions.create({ model: "m", messages: [], stream: true });
  const texts: Record<string, string> = {};
  for await (const chunk of stream) {
    for (const choice of chunk.choices) fold(texts, `${choice.index}`, choice.delta);
    if (chunk.usage) texts["usage"] = JSON.stringify(chunk.usage);
  }
  return texts;
}

function fold(texts: Record<string, string>, path: string, value: unknown): void {
  if (typeof value === "string" && !/\.(?:role|id|type|name|format)$/.test(path))
    texts[path] = (texts[path] ?? "") + value;
  else if (typeof value === "string") texts[path] = value;
  else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) fold(texts, `${path}.${key}`, member);
  }
}

function withoutDropped(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member) =>
      DROPPED.includes(key) && typeof member !== "object" ? undefined : member,
    ),
  );
}

/** Two answers in one body: text follows the end of the first, which a gateway must not pass as one. */
const TWO_ANSWERS = new Set(["c-cerebras-chat-completions-01"]);

describe("recorded streams of chat completions", () => {
  for (const recording of recordings("chat.completions")) {
    if (TWO_ANSWERS.has(recording.id)) continue;
    test(`${recording.id} reaches the SDK as if it came directly`, async () => {
      const request = asked(recording);
      for (const seed of recording.body.length < 4000 ? [0, 7] : [7]) {
        const log = decodeToLog({ upstream: chatUpstream, request, pieces: cut(recording.body, seed) });
        assert.equal(log.failed, null);
        assert.equal(log.finished, true);
        const through = renderStream(chatClient, request, log.entries);
        const direct = recording.provider === "writer" ? withoutMessages(recording.body) : recording.body;
        assert.deepEqual(await finalObject(through), await finalObject(direct));
        assert.deepEqual(await folded(through), await folded(direct));
      }
    });
  }
});
