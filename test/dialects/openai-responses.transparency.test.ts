import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { responsesClient } from "../../src/dialects/openai-responses/client.js";
import { responsesUpstream } from "../../src/dialects/openai-responses/upstream.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog } from "./identity-log.js";
import { cut, HAS_SHARED, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

/**
 * What Sluice drops on purpose from answers of this dialect:
 *
 * | member | why |
 * |---|---|
 * | `obfuscation` | padding whose length tells that of the original text |
 * | `sequence_number` | numbered anew, from 0 from the start of the log |
 * | `tools[].authorization`, `tools[].headers` | credentials of tools |
 * | `encrypted_content` of `output_item.added` | not whole yet; it stands in `output_item.done` |
 * | text of `*.added` events | comes in deltas, or with `*.done` |
 */
const DROPPED = ["obfuscation", "sequence_number"];

const model = new FakeModel();
let sdk: OpenAI;

before(async () => {
  sdk = new OpenAI({ baseURL: `${await model.listen()}/v1`, apiKey: "k", maxRetries: 0 });
});
after(() => model.close());

function asked(stream: boolean) {
  return responsesClient.parse({ model: "m", input: "hi", stream }, { headers: {}, passFields: [] });
}

async function finalResponse(body: string): Promise<unknown> {
  model.answer = { body };
  try {
    const stream = sdk.responses.stream({ model: "m", input: "hi" });
    return plain(await stream.finalResponse());
  } catch (error) {
    return said(error);
  }
}

interface Added {
  readonly item: { encrypted_content?: unknown };
}

async function rawEvents(body: string): Promise<readonly unknown[]> {
  model.answer = { body };
  const events: unknown[] = [];
  try {
    const stream = await sdk.responses.create({ model: "m", input: "hi", stream: true });
    for await (const event of stream) {
      const value = plain(event);
      if (event.type === "response.output_item.added") delete (value as Added).item.encrypted_content;
      events.push(value);
    }
  } catch (error) {
    events.push(said(error));
  }
  return events;
}

/** The words of a provider's error never pass; that it is one does. */
function said(error: unknown): string {
  return error instanceof Error ? error.constructor.name : "no Error";
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, member) => (DROPPED.includes(key) ? undefined : member)));
}

describe("recorded streams of the Responses API", {
  skip: HAS_SHARED ? false : "the shared recordings are not here",
}, () => {
  for (const recording of recordings("responses")) {
    // A gateway must not pass two answers as one.
    if (recording.flags.includes("several_messages_in_one_body")) continue;
    test(`${recording.id} reaches the SDK as if it came directly`, async () => {
      const request = asked(true);
      for (const seed of recording.body.length < 8000 ? [0, 7] : [7]) {
        const log = decodeToLog({ upstream: responsesUpstream, request, pieces: cut(recording.body, seed) });
        assert.equal(log.finished, !recording.features.includes("error"));
        const through = renderStream(responsesClient, request, log.entries);
        assert.deepEqual(await finalResponse(through), await finalResponse(recording.body));
        if (log.finished) assert.deepEqual(await rawEvents(through), await rawEvents(recording.body));
      }
    });
  }
});
