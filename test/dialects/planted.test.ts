import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { messagesClient } from "../../src/dialects/anthropic-messages/client.js";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import type { ClientDialect, UpstreamDialect } from "../../src/dialects/dialect.js";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import { completionsClient } from "../../src/dialects/openai-completions/client.js";
import { completionsUpstream } from "../../src/dialects/openai-completions/upstream.js";
import type { Entry, EntryBody } from "../../src/domain/entry.js";
import { Masking } from "../../src/masking/masking.js";
import { PseudonymTable } from "../../src/masking/pseudonyms.js";
import { AnswerMasker } from "../../src/pipeline/answer-masker.js";
import { FakeModel } from "./fake-model.js";
import { IdentityLog, LIMITS } from "./identity-log.js";
import { cut, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

/** A secret that is a short token as well, so that it passes wherever nothing looks. */
const SECRET = "PLANT-ABC123";

const plan = Masking.create({
  detectors: [
    {
      id: "test/planted",
      entity: "PLANTED",
      pattern: "\\bPLANT-[A-Z]{3}\\d{3}\\b",
      specificity: 90,
      source: "test",
      examples: [],
      counterExamples: [],
    },
  ],
  validators: new Map(),
  encoded: false,
}).plan([{ entities: ["PLANTED"], action: "mask" }]);

/** Members whose words make an event what it is. */
const GRAMMAR = new Set([
  "type",
  "role",
  "object",
  "finish_reason",
  "stop_reason",
  "index",
  "signature",
  "data",
]);
const OPAQUE = /^(?:encrypted_|signature$)/;

/** Whole arguments hold the secret as a value; of pieces nobody knows where a string would end. */
function plantedJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? JSON.stringify({ ...value, planted: SECRET }) : text;
  } catch {
    return text;
  }
}

/** The body with the secret in every string that is no grammar; in text it lies across two events. */
function planted(body: string): string {
  let turn = 0;
  const plant = (value: unknown, key: string): unknown => {
    if (typeof value === "string") {
      if (key === "partial_json" || key === "arguments") return plantedJson(value);
      if (GRAMMAR.has(key) || OPAQUE.test(key) || value === "") return value;
      if (
        ["content", "text", "reasoning", "reasoning_content", "thinking"].includes(key) &&
        value.length < 400
      ) {
        return turn++ % 2 === 0 ? `${value} PLANT-A` : `BC123 ${value}`;
      }
      return /^(?:id|name|model|tool_use_id|system_fingerprint|provider)$/.test(key)
        ? SECRET
        : `${value} ${SECRET} `;
    }
    if (Array.isArray(value)) return value.map((entry) => plant(entry, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plant(member, name)]));
  };
  return body.replace(
    /^data: (\{.*\})(\r?)$/gm,
    (_line, json, end) => `data: ${JSON.stringify(plant(JSON.parse(json), ""))}${end}`,
  );
}

/** The entries that a gateway would record. */
function masked(upstream: UpstreamDialect, client: ClientDialect, body: string): readonly Entry[] {
  const ask = { model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 9, stream: true };
  const request = client.parse(
    client.name === "openai-completions" ? { model: "m", prompt: "hi", stream: true } : ask,
    {
      headers: {},
      passFields: [],
    },
  );
  const decoder = upstream.streamDecoder({ request, limits: LIMITS, echo: new Map(), passFields: [] });
  const masker = new AnswerMasker({
    plan,
    scope: { hashKey: Buffer.alloc(32), pseudonyms: new PseudonymTable() },
    jsonText: false,
    keepsCopies: false,
    maxCopyChars: 1e6,
  });
  const bodies: EntryBody[] = [];
  for (const piece of cut(body, 11)) bodies.push(...masker.take(decoder.push(piece)).bodies);
  bodies.push(...masker.take(decoder.end()).bodies);
  const start = new IdentityLog(request, upstream.name).entries;
  const entries: Entry[] = [...start, ...bodies].map((entry, at) => ({
    ...entry,
    seq: at + 1,
    offsetUs: at,
  }));
  return entries;
}

/** Everything that any client of the answer would be sent, and what the log holds. */
function released(upstream: UpstreamDialect, client: ClientDialect, body: string): string {
  const entries = masked(upstream, client, body);
  const texts = new Map<number, string>();
  for (const entry of entries) {
    if (entry.type === "chunk") texts.set(entry.channel, (texts.get(entry.channel) ?? "") + entry.text);
  }
  return [...texts.values(), JSON.stringify(entries), renderStream(client, null, entries)].join("\n");
}

describe("a secret in every string of a recorded stream", () => {
  const kinds: readonly (readonly [string, UpstreamDialect, ClientDialect, ClientDialect])[] = [
    ["chat.completions", chatUpstream, chatClient, messagesClient],
    ["completions", completionsUpstream, completionsClient, chatClient],
    ["messages", messagesUpstream, messagesClient, chatClient],
  ];
  for (const [kind, upstream, own, other] of kinds) {
    test(`reaches no client of ${kind} and no log`, () => {
      for (const recording of recordings(kind)) {
        if (recording.id === "c-cerebras-chat-completions-01") continue;
        const bodies = recording.body
          .split(/(?=event: message_start)/)
          .filter((part) => part.includes("data: "));
        for (const body of bodies) {
          for (const client of [own, other]) {
            const out = released(upstream, client, planted(body));
            assert.ok(out.includes("<PLANTED"), `${recording.id}: nothing was planted`);
            const at = out.indexOf(SECRET);
            assert.equal(
              at,
              -1,
              `${recording.id} to ${client.name}: ${out.slice(Math.max(0, at - 200), at + 40)}`,
            );
          }
        }
      }
    });
  }
});

describe("what is left of a stream whose every string was masked", () => {
  const model = new FakeModel();
  let url: string;
  before(async () => {
    url = await model.listen();
  });
  after(() => model.close());

  function rendered(upstream: UpstreamDialect, client: ClientDialect, body: string): string {
    const entries = masked(upstream, client, planted(body));
    return `${renderStream(client, null, entries)}${client.terminator ?? ""}`;
  }

  test("is still a chat completion to openai's helper", async () => {
    const sdk = new OpenAI({ baseURL: `${url}/v1`, apiKey: "k", maxRetries: 0 });
    for (const { id, expect, body } of recordings("chat.completions")) {
      if (id === "c-cerebras-chat-completions-01" || expect.finish.length === 0) continue;
      model.answer = { body: rendered(chatUpstream, chatClient, body) };
      const stream = sdk.chat.completions.stream({ model: "m", messages: [{ role: "user", content: "hi" }] });
      const finish = (await stream.finalChatCompletion().catch((error: Error) => error.message)) as
        | string
        | OpenAI.ChatCompletion;
      // Some recordings lack what the helper demands; those fail in the same words when read directly.
      if (typeof finish === "string")
        assert.match(finish, /snapshot missing|missing (?:finish_reason|role)/, id);
      else assert.equal(finish.choices[0]?.finish_reason, expect.finish[0], id);
    }
  });

  test("is still a message to Anthropic's helper", async () => {
    const sdk = new Anthropic({ baseURL: url, apiKey: "k", maxRetries: 0 });
    for (const { id, flags, body } of recordings("messages")) {
      if (flags.includes("several_messages_in_one_body")) continue;
      model.answer = { body: rendered(messagesUpstream, messagesClient, body) };
      const asked = { model: "m", max_tokens: 9, messages: [{ role: "user" as const, content: "hi" }] };
      const message = await sdk.messages.stream(asked).finalMessage();
      assert.ok(message.stop_reason !== null && message.content.length > 0, id);
    }
  });
});
