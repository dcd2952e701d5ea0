import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createOpenAI } from "@ai-sdk/openai";
import { ChatOpenAI } from "@langchain/openai";
import { generateText, streamText } from "ai";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import type { UpstreamDialect } from "../../src/dialects/dialect.js";
import { geminiUpstream } from "../../src/dialects/gemini/upstream.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import { responsesClient } from "../../src/dialects/openai-responses/client.js";
import { responsesUpstream } from "../../src/dialects/openai-responses/upstream.js";
import type { EndedBody } from "../../src/domain/entry.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog, type IdentityLog } from "./identity-log.js";
import { maskedLog } from "./masked-log.js";
import { cut, HAS_SHARED, type Recording, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const server = new FakeModel();
let url: string;

before(async () => {
  url = await server.listen();
});
after(() => server.close());

const request = responsesClient.parse(
  { model: "m", input: "hi", stream: true },
  { headers: {}, passFields: [] },
);

const read = (upstream: UpstreamDialect, body: string): IdentityLog =>
  decodeToLog({ upstream, request, pieces: cut(body, 13) });

const aiModel = () => createOpenAI({ baseURL: `${url}/v1`, apiKey: "k" }).responses("m");

/** What the AI SDK makes of a stream, without the times and ids that it adds itself. */
async function ai(body: string): Promise<Record<string, string>> {
  server.answer = { body };
  const result = streamText({ model: aiModel(), prompt: "hi", maxRetries: 0, onError: () => {} });
  const joined: Record<string, string> = {};
  for await (const part of result.fullStream) {
    if (part.type === "text-delta" || part.type === "reasoning-delta")
      joined[part.type] = (joined[part.type] ?? "") + part.text;
    else if (part.type === "tool-call") joined[`tool ${part.toolName}`] = JSON.stringify(part.input);
    else if (part.type === "source") joined[`source ${part.id}`] = part.title ?? "";
    else if (part.type === "finish") joined["finish"] = `${part.finishReason} ${part.totalUsage.totalTokens}`;
    else if (part.type === "error") joined["error"] = "yes";
  }
  return Object.fromEntries(
    Object.entries(joined).map(([key, value]) => [key.replace(/^source .*/, "source"), value]),
  );
}

async function langchain(body: string): Promise<unknown> {
  server.answer = { body };
  const model = new ChatOpenAI({
    model: "m",
    apiKey: "k",
    maxRetries: 0,
    useResponsesApi: true,
    configuration: { baseURL: `${url}/v1` },
  });
  let text = "";
  const tools: unknown[] = [];
  try {
    for await (const chunk of await model.stream("hi")) {
      text += chunk.text;
      tools.push(...(chunk.tool_call_chunks ?? []).map(({ name, args }) => [name, args]));
    }
  } catch {
    return "error";
  }
  return { text, tools };
}

const ours = recordings("responses").filter(({ flags }) => !flags.includes("several_messages_in_one_body"));

/** Every provider's first: the clients are slow, and the SDK's own tests take all. */
function some(all: readonly Recording[]): readonly Recording[] {
  return all.filter(({ provider, body }, index) => {
    const first = all.findIndex((other) => other.provider === provider && other.body.length < 60_000);
    return index === first && body.length < 60_000;
  });
}

describe("stock clients of the Responses API", {
  skip: HAS_SHARED ? false : "the shared recordings are not here",
}, () => {
  test("read a recorded answer as if it came directly", async () => {
    for (const { id, body } of some(ours)) {
      const through = renderStream(responsesClient, request, read(responsesUpstream, body).entries);
      assert.deepEqual(await ai(through), await ai(body), id);
      assert.deepEqual(await langchain(through), await langchain(body), id);
    }
  });

  for (const [kind, upstream] of [
    ["chat.completions", chatUpstream],
    ["messages", messagesUpstream],
    ["gemini.streamGenerateContent", geminiUpstream],
  ] as const) {
    test(`read the text of upstreams of ${kind}`, async () => {
      for (const { id, body, wire } of some(recordings(kind))) {
        const log = read(upstream, body);
        if (!log.finished || wire !== "sse") continue;
        const stream = renderStream(responsesClient, request, log.entries);
        const parts = await ai(stream);
        assert.equal(parts["error"], undefined, id);
        const plain = responsesClient.plainEncoder({ echo: new Map(), request });
        for (const entry of log.entries) plain.add(entry);
        const answer = plain.body();
        server.answer = { headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
        const { text, reasoningText } = await generateText({ model: aiModel(), prompt: "hi", maxRetries: 0 });
        assert.equal(parts["text-delta"] ?? "", text, id);
        assert.equal(parts["reasoning-delta"] ?? "", reasoningText ?? "", id);
      }
    });
  }

  test("still read an answer whose text was masked everywhere", async () => {
    for (const { id, body } of some(ours).slice(0, 3)) {
      const pieces = cut(body, 13);
      const entries = maskedLog({ upstream: responsesUpstream, request, pieces, entities: ["pii/*"] });
      assert.equal((await ai(renderStream(responsesClient, request, entries)))["error"], undefined, id);
    }
  });

  test("raise where a stream breaks, wherever it does", async () => {
    const [whole] = ours.filter(({ features }) => features.includes("text"));
    const events = whole?.body.split("\n\n") ?? [];
    for (const kept of [1, 5, events.length - 2]) {
      const log = read(responsesUpstream, `${events.slice(0, kept).join("\n\n")}\n\n`);
      assert.equal(log.finished, false);
      const body = renderStream(responsesClient, request, log.entries.filter(isNoEnding).concat(ending(log)));
      assert.equal((await ai(body))["error"], "yes");
      assert.equal(await langchain(body), "error");
    }
  });
});

type Logged = IdentityLog["entries"][number];

function isNoEnding(entry: Logged): boolean {
  return entry.type !== "ended";
}

/** A denial in mid-stream. */
function ending(log: IdentityLog): Logged {
  const ended: EndedBody = {
    type: "ended",
    error: { code: "policy_denied", message: "No.", details: {} },
    outcome: "policy_denied",
    by: null,
    reason: null,
    totals: { chunks: 0, characters: 0, findings: {}, usage: null, firstChunkUs: null },
  };
  return { ...ended, seq: log.entries.length, offsetUs: 1 };
}
