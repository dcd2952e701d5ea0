/**
 * Recorded streams, written otherwise: other line ends, a byte order mark, comments, ids, members in another order,
 * unknown members, members that are null left out, JSON over several lines, cut anywhere. What the SDK makes of
 * them through the gateway is what it makes of them directly.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { clientDialects, upstreamDialects } from "../../src/dialects/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { seeded } from "../support/seeded.js";
import { simpleRequest } from "../support/simple-request.js";
import { withoutMessages } from "../support/without-messages.js";
import { decodeToLog } from "./identity-log.js";
import { cut, type Recording, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

type Random = () => number;

/** Rounds over all streams; more by hand. */
const ROUNDS = Number(process.env["SLUICE_MUTATIONS"] ?? 1);
/** Two answers in one body, or a failure whose words never pass. */
const LEFT_OUT = new Set(["c-cerebras-chat-completions-01"]);
/** What is dropped on purpose; docs/dialects.md says why. */
const DROPPED = new Set([
  "obfuscation",
  "p",
  "sequence_number",
  "token_ids",
  "prompt_token_ids",
  "prompt_text",
]);

function mutated(body: string, random: Random): string {
  const end = ["\n", "\r\n", "\r"][Math.floor(random() * 3)] ?? "\n";
  const events = body
    .replace(/\r\n?/g, "\n")
    .split(/\n\n+/)
    .filter((event) => event.trim() !== "");
  const written = events.flatMap((event) => {
    const lines = event.split("\n").flatMap((line) => mutatedLine(line, random));
    if (random() < 0.1) lines.splice(Math.floor(random() * lines.length), 0, ": still here");
    if (random() < 0.1) lines.unshift("id: 7");
    return random() < 0.1 ? [": keep-alive", lines.join("\n")] : [lines.join("\n")];
  });
  const mark = random() < 0.3 ? "\ufeff" : "";
  return mark + `${written.join("\n\n")}\n\n`.replaceAll("\n", end);
}

function mutatedLine(line: string, random: Random): readonly string[] {
  if (!line.startsWith("data:")) return [line];
  const data = line.slice(5).trim();
  const space = random() < 0.5 ? " " : "";
  if (!data.startsWith("{")) return [`data:${space}${data}`];
  const value: unknown = otherwise(JSON.parse(data), random, 0);
  const text = random() < 0.1 ? JSON.stringify(value, null, 1) : JSON.stringify(value);
  return text.split("\n").map((piece) => `data:${space}${piece}`);
}

/** The same value with its members in another order, some nulls gone and some members more. */
function otherwise(value: unknown, random: Random, depth: number): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => otherwise(entry, random, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, member]) => member !== null || NEEDED.has(key) || random() < 0.7,
  );
  const members = kept.map(
    ([key, member]) => [key, key === "input" ? member : otherwise(member, random, depth + 1)] as const,
  );
  if (random() < 0.3) members.push(["x_new_field", "some-token"], ["x_count", 3]);
  if (random() < 0.1) members.push(["x_details", { enabled: true, level: null, kinds: ["a", "b"] }]);
  return Object.fromEntries(shuffled(members, random));
}

/** Nulls that the SDKs' own helpers ask for. */
const NEEDED = new Set(["finish_reason", "stop_reason", "error", "content", "refusal"]);

function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  const list = [...items];
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    const [a, b] = [list[at], list[other]];
    if (a !== undefined && b !== undefined) [list[at], list[other]] = [b, a];
  }
  return list;
}

const answering = (body: string) => async () =>
  new Response(body, { headers: { "content-type": "text/event-stream" } });

const openai = (body: string) =>
  new OpenAI({ baseURL: "http://model.test/v1", apiKey: "k", maxRetries: 0, fetch: answering(body) });
const anthropic = (body: string) =>
  new Anthropic({ baseURL: "http://model.test", apiKey: "k", maxRetries: 0, fetch: answering(body) });

const messages = [{ role: "user" as const, content: "hi" }];

interface Kind {
  readonly kind: string;
  readonly dialect: DialectName;
  readonly whole: (body: string) => Promise<unknown>;
}

const KINDS: readonly Kind[] = [
  {
    kind: "chat.completions",
    dialect: "openai-chat",
    whole: (body) => openai(body).chat.completions.stream({ model: "m", messages }).finalChatCompletion(),
  },
  {
    kind: "completions",
    dialect: "openai-completions",
    whole: async (body) => {
      const chunks: unknown[] = [];
      const stream = await openai(body).completions.create({ model: "m", prompt: "x", stream: true });
      for await (const chunk of stream) chunks.push(chunk);
      return texts(chunks);
    },
  },
  {
    kind: "responses",
    dialect: "openai-responses",
    whole: (body) => openai(body).responses.stream({ model: "m", input: "hi" }).finalResponse(),
  },
  {
    kind: "messages",
    dialect: "anthropic-messages",
    whole: (body) => anthropic(body).messages.stream({ model: "m", max_tokens: 9, messages }).finalMessage(),
  },
];

/** Completions have no helper, and where their pieces are cut is the provider's business. */
function texts(chunks: readonly unknown[]): unknown {
  const found = new Map<string, unknown>();
  for (const chunk of chunks) {
    for (const choice of (chunk as OpenAI.Completion).choices) {
      found.set(`${choice.index}`, `${found.get(`${choice.index}`) ?? ""}${choice.text}`);
      if (choice.finish_reason !== null) found.set(`${choice.index}.end`, choice.finish_reason);
    }
  }
  return [...found];
}

async function outcome(made: Promise<unknown>): Promise<unknown> {
  try {
    const text = JSON.stringify(await made, (key, member) => (DROPPED.has(key) ? undefined : member));
    return JSON.parse(text.replaceAll("[object Object]", ""));
  } catch (error) {
    return error instanceof Error ? error.constructor.name : "no Error";
  }
}

/** What the chat helper joins of members that it does not know is the last piece alone. */
function withoutLastPieces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member) =>
      /^(?:reasoning|reasoning_content|reasoning_details)$/.test(key) ? undefined : member,
    ) ?? "null",
  );
}

/** Some recordings hold several answers one after another. */
function first({ body, provider }: Recording): string {
  const [one = body] = body.split(/(?<=message_stop"[^\n]*\n\n)/);
  return provider === "writer" ? withoutMessages(one) : one;
}

for (const { kind, dialect, whole } of KINDS) {
  describe(`${kind}, written otherwise`, () => {
    const upstream = upstreamDialects.get(dialect);
    const client = clientDialects.get(dialect);
    assert.ok(upstream !== undefined && client !== undefined);
    for (const [index, recording] of recordings(kind).entries()) {
      const { id, flags, features } = recording;
      if (LEFT_OUT.has(id) || flags.includes("several_messages_in_one_body") || features.includes("error"))
        continue;
      test(id, async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const random = seeded(index * 1000 + round + 1);
          const body = mutated(first(recording), random);
          const more = kind === "chat.completions" || kind === "completions" ? { n: 16 } : {};
          const counted =
            kind === "chat.completions" || kind === "completions"
              ? { stream_options: { include_usage: true } }
              : {};
          const request = simpleRequest(dialect, { ...more, ...counted });
          const log = decodeToLog({ upstream, request, pieces: cut(body, index + round + 1) });
          assert.equal(log.failed, null, `round ${round}`);
          const through = await outcome(whole(renderStream(client, request, log.entries)));
          const direct = await outcome(whole(body));
          assert.deepEqual(withoutLastPieces(through), withoutLastPieces(direct), `round ${round}`);
        }
      });
    }
  });
}
