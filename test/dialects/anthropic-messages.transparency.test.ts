import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { messagesClient } from "../../src/dialects/anthropic-messages/client.js";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog } from "./identity-log.js";
import { cut, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const model = new FakeModel();
let sdk: Anthropic;

before(async () => {
  sdk = new Anthropic({ baseURL: await model.listen(), apiKey: "k", maxRetries: 0 });
});
after(() => model.close());

const asked = { model: "m", max_tokens: 10, messages: [{ role: "user" as const, content: "hi" }] };
const request = messagesClient.parse({ ...asked, stream: true }, { headers: {}, passFields: [] });

async function finalMessage(body: string): Promise<unknown> {
  model.answer = { body };
  return JSON.parse(JSON.stringify(await sdk.messages.stream(asked).finalMessage()));
}

/** Some recordings hold several answers one after another. */
function bodiesOf(body: string): readonly string[] {
  return body.split(/(?=event: message_start)/).filter((part) => part.includes("message_start"));
}

describe("recorded streams of Anthropic messages", () => {
  for (const recording of recordings("messages")) {
    test(`${recording.id} reaches the SDK as if it came directly`, async () => {
      for (const body of bodiesOf(recording.body)) {
        for (const seed of body.length < 5000 ? [0, 9] : [9]) {
          const log = decodeToLog({ upstream: messagesUpstream, request, pieces: cut(body, seed) });
          assert.equal(log.failed, null);
          assert.equal(log.finished, true);
          const through = renderStream(messagesClient, request, log.entries);
          assert.deepEqual(await finalMessage(through), await finalMessage(body));
        }
      }
    });
  }
});
