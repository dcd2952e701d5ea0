/**
 * Sensitive values planted in every place of an answer where a model's words can stand. Whatever the dialect
 * and wherever the pieces are cut: no byte that the client receives holds one, nor does anything on the disk.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { type RecordedStream, recordedStreams, streamsFolder } from "../support/recorded-upstream.js";

const EMAIL = "planted.person@example.org";
const CARD = "5555 5555 5555 4444";
const KEY = `ghp_${"Zq7Rw2Lk9Tb4".repeat(3)}`;
const SECRET = /planted\.person|example\.org|5555 5555|5555555|Zq7Rw2|Tb4Zq7/;
const WORDS = ` mail ${EMAIL} card ${CARD} key ${KEY} `;

/** Members whose strings are the model's words, with the way in which they are spoken. */
const WORD_MEMBERS = new Set([
  "content",
  "text",
  "refusal",
  "reasoning",
  "reasoning_content",
  "thinking",
  "summary",
  "delta",
]);
const JSON_MEMBERS = new Set(["arguments", "partial_json", "function_call_arguments.delta"]);
/** Copies are made again from what was released, so what is planted in a copy alone is gone without a trace. */
const SPOKEN = new Set([
  "content",
  "text",
  "arguments",
  "partial_json",
  "delta",
  "function_call_arguments.delta",
]);

const folder = streamsFolder();
const skip = folder === null ? "the recorded streams are not here" : false;

let world: GatewayWorld;
let wire = "";
let openai: OpenAI;
let anthropic: Anthropic;

const noting: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  wire += JSON.stringify([...response.headers]);
  if (response.body === null) return response;
  const note = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => {
      wire += Buffer.from(bytes).toString("latin1");
      controller.enqueue(bytes);
    },
  });
  return new Response(response.body.pipeThrough(note), response);
};

before(async () => {
  world = await openGateway();
  const common = { apiKey: await world.token("jane"), maxRetries: 0, fetch: noting };
  openai = new OpenAI({ ...common, baseURL: `${world.url}/v1` });
  anthropic = new Anthropic({ ...common, baseURL: world.url });
});
after(() => world.close());

/** Puts the values into the first piece of every channel of a recording, in the recording's own events. */
function plant(body: string): { readonly body: string; readonly planted: number } {
  const spoken = new Set<string>();
  let planted = 0;
  const speak = (key: string, value: string, where: string): string => {
    const isJson = JSON_MEMBERS.has(key);
    if (value === "" || spoken.has(where) || !(isJson || WORD_MEMBERS.has(key))) return value;
    if (isJson && !value.startsWith("{")) return value;
    spoken.add(where);
    if (SPOKEN.has(key) && (key.endsWith("delta") || !where.startsWith("response."))) planted++;
    return isJson
      ? `{"planted":${JSON.stringify(WORDS)}${value === "{}" ? "}" : `,${value.slice(1)}`}`
      : `${WORDS}${value}`;
  };
  const walk = (value: unknown, key: string, where: string): unknown => {
    if (typeof value === "string") return speak(key, value, where);
    if (Array.isArray(value))
      return value.map((entry, at) => walk(entry, key, `${where}.${indexOf(entry) ?? at}`));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, walk(member, name, `${where}.${name}`)]),
    );
  };
  const lines = body.split("\n").map((line) => {
    if (!line.startsWith("data: {")) return line;
    const event: Record<string, unknown> = JSON.parse(line.slice(6));
    const type = typeof event["type"] === "string" ? event["type"] : "";
    const delta = type.endsWith("function_call_arguments.delta") ? "function_call_arguments.delta" : "delta";
    const said = Object.entries(event).map(([key, member]) => [
      key,
      walk(member, key === "delta" ? delta : key, `${type}${event["index"] ?? ""}.${key}`),
    ]);
    return `data: ${JSON.stringify(Object.fromEntries(said))}`;
  });
  return { body: lines.join("\n"), planted };
}

function indexOf(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null && "index" in entry ? entry.index : null;
}

/** Sessions for which a client got something: an answer, or an error of its own kind. */
async function read(events: Promise<AsyncIterable<unknown>>): Promise<string> {
  let seen = "";
  try {
    for await (const event of await events) seen += JSON.stringify(event);
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError || error instanceof Anthropic.APIError, `${error}`);
  }
  return seen;
}

const KINDS = [
  {
    kind: "chat.completions",
    ask: (stream: RecordedStream) =>
      openai.chat.completions.create({
        model: "gpt-told",
        n: Math.max(1, Object.keys(stream.expect.text ?? {}).length),
        messages: [{ role: "user", content: "hi" }],
        stream: true,
      }),
  },
  {
    kind: "completions",
    ask: () => openai.completions.create({ model: "gpt-told", prompt: "Once", stream: true }),
  },
  {
    kind: "responses",
    ask: () => openai.responses.create({ model: "gpt-told", input: "hi", stream: true }),
  },
  {
    kind: "messages",
    ask: () =>
      anthropic.messages.create({
        model: "claude-told",
        max_tokens: 100,
        messages: [{ role: "user", content: "hi" }],
        stream: true,
      }),
  },
] as const;

for (const { kind, ask } of KINDS) {
  describe(`values planted in ${kind}`, { skip }, () => {
    const streams = folder === null ? [] : recordedStreams(folder, kind);
    for (const stream of streams) {
      test(`do not get out of ${stream.id}`, async () => {
        const { body, planted } = plant(stream.body);
        world.model.tell(() => ({ body, cuts: body.length }));
        wire = "";
        const seen = await read(ask(stream));
        assert.doesNotMatch(wire, SECRET);
        if (planted > 0 && !stream.meta.features.includes("error") && seen !== "")
          assert.match(wire, /<EMAIL_ADDRESS>/, "it was planted, so it was found");
      });
    }
  });
}

/** One chat chunk with everything in it that a chunk can say. */
function crowded(): string {
  const token = (text: string) => ({
    token: text,
    logprob: -0.1,
    bytes: [...Buffer.from(text)],
    top_logprobs: [{ token: text, logprob: -0.1, bytes: [...Buffer.from(text)] }],
  });
  const about = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "gpt-told" };
  const event = (index: number, delta: object, rest: object = {}): string =>
    `data: ${JSON.stringify({ ...about, choices: [{ index, delta, finish_reason: null, ...rest }] })}\n\n`;
  const halves = [WORDS.slice(0, 14), WORDS.slice(14, 40), WORDS.slice(40)];
  const call = (name: string, text: string) => ({
    tool_calls: [{ index: 0, id: `call_${name}`, type: "function", function: { name, arguments: text } }],
  });
  const more = (text: string) => ({ tool_calls: [{ index: 0, function: { arguments: text } }] });
  return [
    ...[0, 1].flatMap((choice) => [
      event(choice, { role: "assistant", content: "" }),
      ...halves.map((text) =>
        event(choice, { content: text }, { logprobs: { content: [token(text)], refusal: null } }),
      ),
      ...halves.map((text) => event(choice, { refusal: text })),
      ...halves.map((text) => event(choice, { reasoning_content: text })),
      event(choice, call(EMAIL, "")),
      ...halves.map((text, at) =>
        event(choice, more(at === 0 ? `{"a":"${text}` : at === 2 ? `${text}"}` : text)),
      ),
      event(choice, {
        annotations: [
          { type: "url_citation", url_citation: { title: EMAIL, url: `https://x.test/${EMAIL}` } },
        ],
      }),
      event(choice, { invented_member: WORDS, another: { deep: [WORDS] } }),
      event(choice, {}, { finish_reason: "stop" }),
    ]),
    `data: ${JSON.stringify({ ...about, choices: [], system_fingerprint: EMAIL, invented: WORDS })}\n\n`,
    "data: [DONE]\n\n",
  ].join("");
}

describe("values planted everywhere at once", () => {
  for (const cuts of [null, 1, 2, 3]) {
    test(`do not get out of one answer cut ${cuts === null ? "nowhere" : `by seed ${cuts}`}`, async () => {
      world.model.tell(() => ({ body: crowded(), cuts }));
      wire = "";
      const stream = openai.chat.completions.stream({
        model: "gpt-told",
        n: 2,
        logprobs: true,
        messages: [{ role: "user", content: "hi" }],
      });
      const { choices } = await stream.finalChatCompletion();
      assert.doesNotMatch(wire, SECRET);
      assert.equal(choices.length, 2);
      for (const { message } of choices) {
        assert.match(message.content ?? "", /^ mail <EMAIL_ADDRESS> card <CREDIT_CARD> key <\w+> $/);
        assert.match(message.refusal ?? "", /<EMAIL_ADDRESS>/);
        const [call] = message.tool_calls ?? [];
        assert.ok(call?.type === "function");
        assert.match(JSON.parse(call.function.arguments).a, /<EMAIL_ADDRESS> card <CREDIT_CARD>/);
      }
      // Bytes and token lists spell the text once more.
      for (const secret of [EMAIL, CARD, KEY]) {
        const bytes = [...Buffer.from(secret)].join(",").slice(0, 40);
        assert.ok(!wire.includes(bytes));
      }
    });
  }
});

test("nothing planted lies in the data folder, in the approvals, or in the log output", async () => {
  await world.running.close();
  for (const under of ["data", "approvals"] as const) assert.doesNotMatch(await world.written(under), SECRET);
  assert.doesNotMatch(world.logged.join("\n"), SECRET);
});
