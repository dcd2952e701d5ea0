import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import { responsesClient } from "../../src/dialects/openai-responses/client.js";
import { responsesUpstream } from "../../src/dialects/openai-responses/upstream.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog } from "./identity-log.js";
import { cut, HAS_SHARED, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const model = new FakeModel();
let sdk: OpenAI;

before(async () => {
  sdk = new OpenAI({ baseURL: `${await model.listen()}/v1`, apiKey: "k", maxRetries: 0 });
});
after(() => model.close());

const request = responsesClient.parse(
  { model: "m", input: "hi", stream: true, metadata: { team: "a" } },
  { headers: {}, passFields: [] },
);

const SOURCES = [
  ["chat.completions", chatUpstream],
  ["messages", messagesUpstream],
] as const;

describe("a Responses client on another dialect's upstream", {
  skip: HAS_SHARED ? false : "the shared recordings are not here",
}, () => {
  for (const [kind, upstream] of SOURCES) {
    for (const recording of recordings(kind)) {
      const isOne = Object.keys(recording.expect.text).every((choice) => choice.startsWith("0"));
      if (!isOne || recording.wire !== "sse") continue;
      test(`reads ${recording.id} whole`, async () => {
        const log = decodeToLog({ upstream, request, pieces: cut(recording.body, 7) });
        if (!log.finished) return;
        model.answer = { body: renderStream(responsesClient, request, log.entries) };
        const final = await sdk.responses.stream({ model: "m", input: "hi" }).finalResponse();
        const said = log.entries.flatMap((entry) => (entry.type === "chunk" ? [entry] : []));
        const kinds = new Map(
          log.entries.flatMap((entry) =>
            entry.type === "output"
              ? entry.items.flatMap((item) =>
                  item.type === "channel" ? [[item.channel.id, item.channel.kind] as const] : [],
                )
              : [],
          ),
        );
        const text = said.filter(({ channel }) => kinds.get(channel) === "text").map((chunk) => chunk.text);
        assert.equal(final.output_text, text.join(""));
        const calls = final.output
          .filter((item) => item.type === "function_call")
          .map((item) => item.arguments);
        const args = [...kinds].filter(([, of]) => of === "tool_arguments").map(([id]) => id);
        assert.deepEqual(
          calls,
          args.map((id) =>
            said
              .filter(({ channel }) => channel === id)
              .map((chunk) => chunk.text)
              .join(""),
          ),
        );
        assert.deepEqual(final.metadata, { team: "a" });
        assert.match(final.id, /^resp_/);
        const plain = responsesClient.plainEncoder({ echo: new Map(), request });
        for (const entry of log.entries) plain.add(entry);
        const { output_text: _, ...streamed } = withoutParsed(final);
        assert.deepEqual(JSON.parse(JSON.stringify(plain.body())), streamed);
      });
    }
  }
});

/** The SDK adds what it parsed. */
function withoutParsed(value: unknown): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(value, (key, member) =>
      /^(?:parsed|output_parsed|parsed_arguments|_request_id)$/.test(key) ? undefined : member,
    ),
  );
}

describe("a chat client on a Responses upstream", {
  skip: HAS_SHARED ? false : "the shared recordings are not here",
}, () => {
  const asked = chatClient.parse(
    {
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      stream: true,
      stream_options: { include_usage: true },
    },
    { headers: {}, passFields: [] },
  );
  for (const recording of recordings("responses")) {
    if (recording.flags.includes("several_messages_in_one_body")) continue;
    test(`reads ${recording.id}`, async () => {
      const log = decodeToLog({
        upstream: responsesUpstream,
        request: asked,
        pieces: cut(recording.body, 7),
      });
      if (!log.finished) return;
      model.answer = { body: renderStream(chatClient, asked, log.entries) };
      const helper = sdk.chat.completions.stream({ model: "m", messages: [] });
      const { choices, usage } = await helper.finalChatCompletion();
      assert.equal(choices[0]?.message.content ?? "", Object.values(recording.expect.text).join(""));
      if (recording.features.includes("usage")) assert.equal(typeof usage?.total_tokens, "number");
    });
  }
});
