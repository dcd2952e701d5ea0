import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI } from "@langchain/openai";
import { type LanguageModel, streamText } from "ai";
import { messagesClient } from "../../src/dialects/anthropic-messages/client.js";
import { messagesUpstream } from "../../src/dialects/anthropic-messages/upstream.js";
import type { ClientDialect, UpstreamDialect } from "../../src/dialects/dialect.js";
import { chatClient } from "../../src/dialects/openai-chat/client.js";
import { chatUpstream } from "../../src/dialects/openai-chat/upstream.js";
import { FakeModel } from "./fake-model.js";
import { decodeToLog } from "./identity-log.js";
import { cut, recordings } from "./recordings.js";
import { renderStream } from "./render.js";

const server = new FakeModel();
let url: string;

before(async () => {
  url = await server.listen();
});
after(() => server.close());

function through(client: ClientDialect, upstream: UpstreamDialect, body: string): string {
  const ask = { model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 9, stream: true };
  const request = client.parse(
    client === chatClient ? { ...ask, stream_options: { include_usage: true } } : ask,
    { headers: {}, passFields: [] },
  );
  return renderStream(client, request, decodeToLog({ upstream, request, pieces: cut(body, 13) }).entries);
}

/** What the AI SDK makes of a stream: its parts without the times and ids that it adds itself. */
async function aiParts(model: LanguageModel, body: string): Promise<unknown> {
  server.answer = { body };
  const result = streamText({ model, prompt: "hi", maxRetries: 0, onError: () => {} });
  const joined: Record<string, string> = {};
  for await (const part of result.fullStream) {
    if (part.type === "text-delta" || part.type === "reasoning-delta")
      joined[part.type] = (joined[part.type] ?? "") + part.text;
    else if (part.type === "tool-call")
      joined[`tool ${part.toolCallId} ${part.toolName}`] = JSON.stringify(part.input);
    else if (part.type === "finish") joined["finish"] = `${part.finishReason} ${part.totalUsage.totalTokens}`;
    else if (part.type === "error") joined["error"] = String(part.error);
  }
  return joined;
}

/** What LangChain joins the chunks to. */
async function langchain(body: string): Promise<unknown> {
  server.answer = { body };
  const model = new ChatOpenAI({
    model: "m",
    apiKey: "k",
    maxRetries: 0,
    configuration: { baseURL: `${url}/v1` },
  });
  let text = "";
  const tools: unknown[] = [];
  for await (const chunk of await model.stream("hi")) {
    text += typeof chunk.content === "string" ? chunk.content : JSON.stringify(chunk.content);
    tools.push(...(chunk.tool_call_chunks ?? []));
  }
  return { text, tools };
}

const FEW = new Set(["openai", "openrouter", "mistral", "deepseek", "groq", "ollama", "xai"]);

describe("other stock clients read the same through the gateway", () => {
  test("the AI SDK, chat completions", async () => {
    const model = createOpenAICompatible({ name: "x", baseURL: `${url}/v1`, apiKey: "k" })("m");
    for (const { id, provider, body } of recordings("chat.completions")) {
      if (!FEW.has(provider) || body.length > 40_000) continue;
      assert.deepEqual(
        await aiParts(model, through(chatClient, chatUpstream, body)),
        await aiParts(model, body),
        id,
      );
    }
  });

  test("the AI SDK, Anthropic messages", async () => {
    const model = createAnthropic({ baseURL: `${url}/v1`, apiKey: "k" })("m");
    for (const { id, flags, body } of recordings("messages")) {
      if (flags.includes("several_messages_in_one_body")) continue;
      assert.deepEqual(
        await aiParts(model, through(messagesClient, messagesUpstream, body)),
        await aiParts(model, body),
        id,
      );
    }
  });

  test("the AI SDK, a Claude stream as chat completions and the reverse", async () => {
    const chat = createOpenAICompatible({ name: "x", baseURL: `${url}/v1`, apiKey: "k" })("m");
    const claude = createAnthropic({ baseURL: `${url}/v1`, apiKey: "k" })("m");
    for (const { id, flags, features, expect, body } of recordings("messages")) {
      if (flags.length > 0 || features.includes("citations")) continue;
      const read = (await aiParts(chat, through(chatClient, messagesUpstream, body))) as Record<
        string,
        string
      >;
      assert.equal(read["error"], undefined, id);
      assert.equal(read["text-delta"] ?? "", Object.values(expect.text).join(""), id);
    }
    for (const { id, provider, flags, expect, body } of recordings("chat.completions")) {
      if (!FEW.has(provider) || flags.length > 0 || body.length > 40_000) continue;
      const read = (await aiParts(claude, through(messagesClient, chatUpstream, body))) as Record<
        string,
        string
      >;
      assert.equal(read["error"], undefined, id);
      assert.equal(read["text-delta"] ?? "", expect.text["0"] ?? "", id);
    }
  });

  test("LangChain, which joins the strings of tool calls", async () => {
    for (const { id, provider, features, body } of recordings("chat.completions")) {
      if (!FEW.has(provider) || !features.includes("tool_calls")) continue;
      const direct = (await langchain(body)) as {
        text: string;
        tools: { name?: string; args?: string; index?: number }[];
      };
      const ours = (await langchain(through(chatClient, chatUpstream, body))) as typeof direct;
      const joined = (of: typeof direct): Record<string, string> => {
        const calls: Record<string, string> = {};
        for (const { index, name, args } of of.tools) {
          calls[`${index} name`] = (calls[`${index} name`] ?? "") + (name ?? "");
          calls[`${index} arguments`] = (calls[`${index} arguments`] ?? "") + (args ?? "");
        }
        return calls;
      };
      assert.equal(ours.text, direct.text, id);
      assert.deepEqual(joined(ours), joined(direct), id);
    }
  });
});
