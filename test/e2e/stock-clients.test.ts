/** Clients that people have already: only the address and the key are changed. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic, { PermissionDeniedError as AnthropicDenied } from "@anthropic-ai/sdk";
import { ChatOpenAI } from "@langchain/openai";
import { APICallError, generateText, type LanguageModel, streamText } from "ai";
import OpenAI, { PermissionDeniedError } from "openai";
import OpenAI7, { PermissionDeniedError as PermissionDeniedError7 } from "openai7";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import type { Answer, Received } from "../support/recorded-upstream.js";
import { plainAnswer, streamedAnswer } from "../support/streams.js";

const PIECES = ["Write to jane.r", "oe@exam", "ple.com", " today", "."];
const MASKED = "Write to <EMAIL_ADDRESS> today.";
const BLOCKED = "Summarise project alder";

let world: GatewayWorld;
let token = "";
let base = "";
let attempts = 0;

const countingFetch: typeof fetch = (input, init) => {
  attempts++;
  return fetch(input, init);
};

before(async () => {
  world = await openGateway();
  token = await world.token("jane");
  base = `${world.url}/v1`;
});
after(() => world.close());

/** The model answers each dialect in its own words; a prompt with the word torn breaks in the middle. */
function answer(request: Received): Answer {
  const asked: { stream?: boolean } = JSON.parse(request.body);
  if (asked.stream !== true)
    return {
      body: plainAnswer(request.path, PIECES.join("")),
      headers: { "content-type": "application/json" },
    };
  const body = streamedAnswer(request.path, PIECES);
  if (!request.body.includes("torn")) return { body, cuts: 5 };
  return { body: body.slice(0, Math.floor(body.length * 0.6)), end: "torn", paceMs: 5 };
}

/** What a client of any make does with one prompt. */
interface Stock {
  readonly name: string;
  plain(prompt: string): Promise<string>;
  streamed(prompt: string): Promise<string>;
  isDenied(thrown: unknown): boolean;
}

interface Asked {
  readonly model: string;
  readonly messages: { readonly role: "user"; readonly content: string }[];
}

/** Both majors of the SDK, whose types differ and whose calls do not. */
interface OpenAICalls {
  chat(asked: Asked): Promise<{ choices: { message: { content: string | null } }[] }>;
  chatStream(asked: Asked): Promise<AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>>;
  responses(asked: { model: string; input: string }): Promise<{ output_text: string }>;
  responsesStream(asked: {
    model: string;
    input: string;
  }): Promise<AsyncIterable<{ type: string; delta?: unknown }>>;
}

type Denied = new (...args: never[]) => Error;

function openaiChat(name: string, calls: OpenAICalls, denied: Denied): Stock {
  const asked = (content: string): Asked => ({ model: "gpt-told", messages: [{ role: "user", content }] });
  return {
    name,
    plain: async (prompt) => (await calls.chat(asked(prompt))).choices[0]?.message.content ?? "",
    streamed: async (prompt) => {
      let text = "";
      for await (const chunk of await calls.chatStream(asked(prompt)))
        text += chunk.choices[0]?.delta.content ?? "";
      return text;
    },
    isDenied: (thrown) => thrown instanceof denied,
  };
}

function openaiResponses(name: string, calls: OpenAICalls, denied: Denied): Stock {
  return {
    name,
    plain: async (input) => (await calls.responses({ model: "gpt-told", input })).output_text,
    streamed: async (input) => {
      let text = "";
      for await (const event of await calls.responsesStream({ model: "gpt-told", input }))
        if (event.type === "response.output_text.delta") text += event.delta;
      return text;
    },
    isDenied: (thrown) => thrown instanceof denied,
  };
}

function aiSdk(name: string, model: () => LanguageModel): Stock {
  return {
    name,
    plain: async (prompt) => (await generateText({ model: model(), prompt })).text,
    streamed: async (prompt) => {
      const failures: unknown[] = [];
      const { fullStream } = streamText({
        model: model(),
        prompt,
        onError: ({ error }) => void failures.push(error),
      });
      let text = "";
      for await (const part of fullStream) if (part.type === "text-delta") text += part.text;
      if (failures.length > 0) throw failures[0];
      return text;
    },
    isDenied: (thrown) => APICallError.isInstance(thrown) && thrown.statusCode === 403 && !thrown.isRetryable,
  };
}

const openai6 = () => new OpenAI({ baseURL: base, apiKey: token, fetch: countingFetch });
const openai7 = () => new OpenAI7({ baseURL: base, apiKey: token, fetch: countingFetch });
const calls6: OpenAICalls = {
  chat: (asked) => openai6().chat.completions.create(asked),
  chatStream: (asked) => openai6().chat.completions.create({ ...asked, stream: true }),
  responses: (asked) => openai6().responses.create(asked),
  responsesStream: (asked) => openai6().responses.create({ ...asked, stream: true }),
};
const calls7: OpenAICalls = {
  chat: (asked) => openai7().chat.completions.create(asked),
  chatStream: (asked) => openai7().chat.completions.create({ ...asked, stream: true }),
  responses: (asked) => openai7().responses.create(asked),
  responsesStream: (asked) => openai7().responses.create({ ...asked, stream: true }),
};
const anthropic = () => new Anthropic({ baseURL: world.url, apiKey: token, fetch: countingFetch });
const langchain = () =>
  new ChatOpenAI({
    model: "gpt-told",
    apiKey: token,
    configuration: { baseURL: base, fetch: countingFetch },
  });
const asksClaude = (prompt: string) => ({
  model: "claude-told",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: prompt }],
});

const stock: readonly Stock[] = [
  openaiChat("openai 6, chat", calls6, PermissionDeniedError),
  openaiChat("openai 7, chat", calls7, PermissionDeniedError7),
  openaiResponses("openai 6, responses", calls6, PermissionDeniedError),
  openaiResponses("openai 7, responses", calls7, PermissionDeniedError7),
  {
    name: "@anthropic-ai/sdk",
    plain: async (prompt) => {
      const made = await anthropic().messages.create(asksClaude(prompt));
      return made.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    },
    streamed: async (prompt) => {
      let text = "";
      for await (const event of await anthropic().messages.create({ ...asksClaude(prompt), stream: true })) {
        if (event.type === "content_block_delta" && event.delta.type === "text_delta")
          text += event.delta.text;
      }
      return text;
    },
    isDenied: (thrown) => thrown instanceof AnthropicDenied,
  },
  {
    name: "@langchain/openai",
    plain: async (prompt) => (await langchain().invoke(prompt)).text,
    streamed: async (prompt) => {
      let text = "";
      for await (const chunk of await langchain().stream(prompt)) text += chunk.text;
      return text;
    },
    isDenied: (thrown) => thrown instanceof Error && "status" in thrown && thrown.status === 403,
  },
  aiSdk("@ai-sdk/openai, chat", () =>
    createOpenAI({ baseURL: base, apiKey: token, fetch: countingFetch }).chat("gpt-told"),
  ),
  aiSdk("@ai-sdk/openai, responses", () =>
    createOpenAI({ baseURL: base, apiKey: token, fetch: countingFetch }).responses("gpt-told"),
  ),
  aiSdk("@ai-sdk/openai-compatible", () =>
    createOpenAICompatible({ name: "sluice", baseURL: base, apiKey: token, fetch: countingFetch }).chatModel(
      "gpt-told",
    ),
  ),
  aiSdk("@ai-sdk/anthropic", () =>
    createAnthropic({ baseURL: base, apiKey: token, fetch: countingFetch })("claude-told"),
  ),
];

for (const client of stock) {
  describe(client.name, () => {
    before(() => world.model.tell(answer));

    test("gets a plain answer, masked", async () => {
      assert.equal(await client.plain("Hello"), MASKED);
    });

    test("gets a streamed answer, masked", async () => {
      assert.equal(await client.streamed("Hello"), MASKED);
    });

    test("sees a denial as its own error and does not ask again", async () => {
      const reached = world.model.requests.length;
      for (const ask of [client.plain, client.streamed]) {
        attempts = 0;
        await assert.rejects(ask(BLOCKED), (thrown) => {
          assert.ok(client.isDenied(thrown), `${thrown}`);
          assert.match(`${thrown}`, /Codenames must not leave/);
          return true;
        });
        assert.equal(attempts, 1);
      }
      assert.equal(world.model.requests.length, reached);
    });

    test("does not take a broken stream for a whole one", async () => {
      attempts = 0;
      await assert.rejects(client.streamed("torn"));
      assert.equal(attempts, 1);
    });
  });
}

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

describe("curl", { skip: hasCurl ? false : "curl is not installed here" }, () => {
  const ask = (prompt: string): Promise<{ out: string; code: number }> => {
    const body = JSON.stringify({
      model: "gpt-told",
      stream: true,
      messages: [{ role: "user", content: prompt }],
    });
    const child = spawn("curl", [
      ...["-sS", "-N", "--max-time", "20", `${base}/chat/completions`],
      ...["-H", `Authorization: Bearer ${token}`, "-H", "Content-Type: application/json"],
      ...["-w", "\n%{http_code}", "-d", body],
    ]);
    let out = "";
    child.stdout.on("data", (bytes) => {
      out += bytes;
    });
    return new Promise((resolve) => child.on("close", (code) => resolve({ out, code: code ?? -1 })));
  };

  test("prints the stream, masked, with its terminator", async () => {
    world.model.tell(answer);
    const { out, code } = await ask("Hello");
    assert.equal(code, 0);
    assert.match(out, /<EMAIL_ADDRESS>/);
    assert.match(out, /data: \[DONE\]\n\n\n200$/);
    assert.doesNotMatch(out, /jane|oe@exam/);
  });

  test("prints the reason of a denial", async () => {
    const { out } = await ask(BLOCKED);
    assert.match(out, /Codenames must not leave.*\n403$/s);
  });

  test("gets an error event and no terminator when the model breaks off", async () => {
    const { out } = await ask("torn");
    assert.match(out, /data: \{"error":/);
    assert.doesNotMatch(out, /\[DONE\]/);
  });
});

describe("openai 6, helpers", () => {
  before(() => world.model.tell(answer));

  test("models are listed as policy lets the caller use them", async () => {
    const listed = await openai6().models.list();
    assert.ok(Array.isArray(listed.data));
  });

  test("the stream helpers build final objects", async () => {
    const chat = openai6().chat.completions.stream({
      model: "gpt-told",
      messages: [{ role: "user", content: "Hello" }],
    });
    assert.equal(await chat.finalContent(), MASKED);
    const response = await openai6().responses.stream({ model: "gpt-told", input: "Hello" }).finalResponse();
    assert.equal(response.output_text, MASKED);
    const message = await anthropic().messages.stream(asksClaude("Hello")).finalText();
    assert.equal(message, MASKED);
  });

  test("a prompt's tokens are counted by the model's own provider", async () => {
    world.model.tell(({ path }) => ({
      headers: { "content-type": "application/json" },
      body: path.endsWith("/count_tokens") ? '{"input_tokens":11}' : "",
    }));
    const { model, messages } = asksClaude("Hello");
    assert.deepEqual(await anthropic().messages.countTokens({ model, messages }), { input_tokens: 11 });
    await assert.rejects(
      anthropic().messages.countTokens({ model, messages: asksClaude(BLOCKED).messages }),
      AnthropicDenied,
    );
    world.model.tell(answer);
  });

  test("completions of the older kind come masked, plain and streamed", async () => {
    const asked = { model: "gpt-told", prompt: "Hello" };
    assert.equal((await openai6().completions.create(asked)).choices[0]?.text, MASKED);
    let text = "";
    for await (const part of await openai6().completions.create({ ...asked, stream: true }))
      text += part.choices[0]?.text ?? "";
    assert.equal(text, MASKED);
  });
});
