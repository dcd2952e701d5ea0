import assert from "node:assert/strict";
import { describe, test } from "node:test";
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

/** The body with the secret in every string that is no grammar; in text it lies across two events. */
function planted(body: string): string {
  let turn = 0;
  const plant = (value: unknown, key: string): unknown => {
    if (typeof value === "string") {
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

/** Everything that any client of the answer would be sent, and what the log holds. */
function released(upstream: UpstreamDialect, client: ClientDialect, body: string): string {
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
