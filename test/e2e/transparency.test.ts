/**
 * Every recorded stream, served by a real model socket in random pieces, through a gateway whose policy masks:
 * where there is nothing to mask, the final object of the provider's own SDK is the one it builds without a
 * gateway.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { type RecordedStream, recordedStreams, streamsFolder } from "../support/recorded-upstream.js";
import { withoutMessages } from "../support/without-messages.js";

/** What is dropped on purpose, by the name of the member; docs/clients.md says the same to users. */
const DROPPED: Readonly<Record<string, string>> = {
  obfuscation: "padding whose length tells the length of the original text",
  p: "the same under the name that Mistral gives it",
  sequence_number: "numbered anew along the recorded events",
  token_ids: "the text again, as numbers",
  prompt_token_ids: "the prompt again, as numbers",
  prompt_text: "the prompt again",
  usage_breakdown: "members that Sluice does not list pass only as numbers and short tokens",
};

/** Writer sends each piece a second time in `choices[].message`, which no schema of chat streams has. */
const REPEATS_DELTAS = new Set(["writer"]);

/** The helper joins `content` and overwrites what it does not know, so these members of its final object are
 *  the last piece, wherever the cut fell; added up over the events they are compared below. */
const OVERWRITTEN = new Set(["reasoning", "reasoning_content", "reasoning_details"]);

/** Two answers in one body: text after the end of the first is text that nobody asked for. */
const TWO_ANSWERS = new Set(["c-cerebras-chat-completions-01"]);

const folder = streamsFolder();
const skip = folder === null ? "the recorded streams are not here" : false;
const all = (kind: string): readonly RecordedStream[] =>
  folder === null ? [] : recordedStreams(folder, kind);

let world: GatewayWorld;
let openai: { readonly direct: OpenAI; readonly through: OpenAI };
let anthropic: { readonly direct: Anthropic; readonly through: Anthropic };

before(async () => {
  world = await openGateway();
  const apiKey = await world.token("jane");
  const common = { apiKey, maxRetries: 0 };
  openai = {
    direct: new OpenAI({ ...common, baseURL: world.model.url }),
    through: new OpenAI({ ...common, baseURL: `${world.url}/v1` }),
  };
  anthropic = {
    direct: new Anthropic({ ...common, baseURL: `http://127.0.0.1:${world.model.port}` }),
    through: new Anthropic({ ...common, baseURL: world.url }),
  };
});
after(() => world.close());

/** Asks the model itself and then through the gateway; the second time the body comes in pieces. */
async function bothWays<Client>(
  body: string,
  clients: { readonly direct: Client; readonly through: Client },
  ask: (client: Client) => Promise<unknown>,
): Promise<{ readonly direct: unknown; readonly through: unknown }> {
  world.model.tell(() => ({ body }));
  const direct = await outcome(ask(clients.direct));
  world.model.tell(() => ({ body, cuts: body.length }));
  return { direct, through: await outcome(ask(clients.through)) };
}

/** A client's error is compared by its kind: the words of a model's error never pass. */
async function outcome(asked: Promise<unknown>): Promise<unknown> {
  try {
    return withoutDropped(await asked);
  } catch (error) {
    return error instanceof Error ? error.constructor.name : "no Error";
  }
}

function withoutDropped(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member) => (Object.hasOwn(DROPPED, key) ? undefined : member)),
  );
}

/** Helpers that refuse a stream say nothing about its text, so the bare events are added up too. */
async function addedUp(stream: Promise<AsyncIterable<unknown>>): Promise<unknown> {
  const texts: Record<string, unknown> = {};
  for await (const event of await stream) addUp(texts, "", event);
  return texts;
}

function addUp(texts: Record<string, unknown>, path: string, value: unknown): void {
  if (Array.isArray(value)) {
    for (const [place, entry] of value.entries()) addUp(texts, `${path}.${indexOf(entry) ?? place}`, entry);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      if (!Object.hasOwn(DROPPED, key) && key !== "logprobs") addUp(texts, `${path}.${key}`, member);
    }
  } else if (typeof value === "string" && /(?:content|text|arguments|reasoning|refusal)$/.test(path)) {
    texts[path] = `${texts[path] ?? ""}${value}`;
  } else if (value !== null && value !== "") texts[path] = value;
}

function indexOf(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null && "index" in entry ? entry.index : null;
}

function answersOf({ body }: RecordedStream, begin: string): readonly string[] {
  const starts = body.split(begin).length - 1;
  if (starts < 2) return [body];
  return body.split(new RegExp(`(?=${begin})`)).filter((part) => part.includes(begin));
}

describe("chat completions", { skip }, () => {
  for (const stream of all("chat.completions")) {
    test(stream.id, async () => {
      const body = REPEATS_DELTAS.has(stream.meta.provider) ? withoutMessages(stream.body) : stream.body;
      const n = Math.max(1, Object.keys(stream.expect.text ?? {}).length);
      const asked = {
        model: "gpt-told",
        n,
        messages: [{ role: "user" as const, content: "hi" }],
        stream_options: { include_usage: true },
      };
      const made = await bothWays(body, openai, async (client) => {
        const final = await client.chat.completions.stream(asked).finalChatCompletion();
        return withoutOverwritten(final);
      });
      const events = await bothWays(body, openai, (client) =>
        addedUp(client.chat.completions.create({ ...asked, stream: true })),
      );
      if (TWO_ANSWERS.has(stream.id)) return assert.equal(events.through, "APIError");
      assert.deepEqual(made.through, made.direct);
      assert.deepEqual(events.through, events.direct);
    });
  }
});

/** Content that is a list of parts becomes one `[object Object]` for each piece in this helper. */
function withoutOverwritten(completion: OpenAI.ChatCompletion): unknown {
  return JSON.parse(
    JSON.stringify(completion, (key, member) => {
      if (OVERWRITTEN.has(key)) return undefined;
      return typeof member === "string" ? member.replaceAll("[object Object]", "") : member;
    }),
  );
}

describe("completions", { skip }, () => {
  for (const stream of all("completions")) {
    test(stream.id, async () => {
      const asked = {
        model: "gpt-told",
        prompt: "Once",
        stream: true as const,
        stream_options: { include_usage: true },
      };
      const made = await bothWays(stream.body, openai, (client) => addedUp(client.completions.create(asked)));
      assert.deepEqual(made.through, made.direct);
    });
  }
});

describe("responses", { skip }, () => {
  for (const stream of all("responses")) {
    if (stream.meta.flags.includes("several_messages_in_one_body")) continue;
    test(stream.id, async () => {
      const asked = { model: "gpt-told", input: "hi" };
      const made = await bothWays(stream.body, openai, (client) =>
        client.responses.stream(asked).finalResponse(),
      );
      assert.deepEqual(made.through, made.direct);
    });
  }
});

describe("messages", { skip }, () => {
  for (const stream of all("messages")) {
    test(stream.id, async () => {
      const asked = {
        model: "claude-told",
        max_tokens: 100,
        messages: [{ role: "user" as const, content: "hi" }],
      };
      for (const body of answersOf(stream, "event: message_start")) {
        const made = await bothWays(body, anthropic, (client) =>
          client.messages.stream(asked).finalMessage(),
        );
        assert.deepEqual(made.through, made.direct);
      }
    });
  }
});
