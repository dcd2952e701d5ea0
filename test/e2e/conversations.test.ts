/** Second and third turns through stock clients: judged whole, forwarded whole, masked as delivered. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, type ModelMessage, streamText } from "ai";
import OpenAI, { BadRequestError, NotFoundError, PermissionDeniedError } from "openai";
import OpenAI7 from "openai7";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import type { Answer, Received } from "../support/recorded-upstream.js";
import { plainAnswer, streamedAnswer } from "../support/streams.js";

const PIECES = ["Write to jane.r", "oe@exam", "ple.com", " today", "."];
const MASKED = "Write to <EMAIL_ADDRESS> today.";
const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    prompt:
      - id: no-codenames
        deny: { pattern: "project alder.{0,200}project birch", message: "Codenames must not meet." }
      - id: numbers
        redact: { entities: [US_SSN], reversible: true }
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"], operator: replace }
`;

let world: GatewayWorld;
let token = "";
let base = "";
let turns = 0;

/** Every answer has ids of its own, as a provider's do. */
function answer(request: Received): Answer {
  turns++;
  const own = (text: string): string =>
    text.replaceAll("resp_told", `resp_told_${turns}`).replaceAll("msg_told", `msg_told_${turns}`);
  if (JSON.parse(request.body).stream === true)
    return { body: own(streamedAnswer(request.path, PIECES)), cuts: 3 };
  return {
    body: own(plainAnswer(request.path, PIECES.join(""))),
    headers: { "content-type": "application/json" },
  };
}

interface Forwarded {
  readonly input: string | { readonly role?: string; readonly content: unknown }[];
  readonly previous_response_id?: string;
}

function lastForwarded(): Forwarded {
  return JSON.parse(world.model.requests.at(-1)?.body ?? "{}");
}

/** Who said what in the last request that reached the model. */
function said(): readonly string[] {
  const { input } = lastForwarded();
  if (typeof input === "string") return [`user: ${input}`];
  return input.map(({ role, content }) => {
    const text = Array.isArray(content) ? content.map((part) => part.text).join("") : content;
    return `${role}: ${text}`;
  });
}

before(async () => {
  world = await openGateway("", POLICIES);
  token = await world.token("jane");
  base = `${world.url}/v1`;
});
after(() => world.close());
beforeEach(() => world.model.tell(answer));

for (const [name, client] of [
  ["openai 6", () => new OpenAI({ baseURL: base, apiKey: token })],
  ["openai 7", () => new OpenAI7({ baseURL: base, apiKey: token })],
] as const) {
  describe(`${name}, previous_response_id`, () => {
    const ask = (body: object) =>
      client().responses.create({ model: "gpt-told", ...body }) as Promise<{
        id: string;
        output_text: string;
        previous_response_id: string | null;
      }>;

    test("goes on for three turns, with what was delivered", async () => {
      const one = await ask({ input: "First" });
      const two = await ask({ input: "Second", previous_response_id: one.id });
      assert.equal(two.previous_response_id, one.id);
      const three = await ask({ input: [{ role: "user", content: "Third" }], previous_response_id: two.id });
      assert.equal(three.output_text, MASKED);
      const answered = `assistant: ${MASKED}`;
      assert.deepEqual(said(), ["user: First", answered, "user: Second", answered, "user: Third"]);
      assert.equal(lastForwarded().previous_response_id, undefined);
    });

    test("goes on from a streamed answer as soon as it has it", async () => {
      const stream = await client().responses.create({ model: "gpt-told", input: "First", stream: true });
      let id = "";
      for await (const event of stream as AsyncIterable<{ type: string; response?: { id: string } }>) {
        if (event.type === "response.completed") id = event.response?.id ?? "";
      }
      await ask({ input: "Second", previous_response_id: id });
      assert.deepEqual(said(), ["user: First", `assistant: ${MASKED}`, "user: Second"]);
    });

    test("is judged as the whole conversation", async () => {
      const one = await ask({ input: "About project alder" });
      const reached = world.model.requests.length;
      await assert.rejects(ask({ input: "and project birch", previous_response_id: one.id }), {
        status: 403,
        code: "policy_denied",
      });
      assert.equal(world.model.requests.length, reached);
    });

    test("redacts every turn, and gives values the same names again", async () => {
      const one = await ask({ input: "Mine is 536-90-4399." });
      const first = said()[0] ?? "";
      assert.doesNotMatch(first, /536-90-4399/);
      assert.match(first, /<US_SSN_/);
      await ask({ input: "Say 536-90-4399 again.", previous_response_id: one.id });
      assert.equal(said()[0], first);
      assert.equal(said()[2], first.replace("Mine is", "Say").replace(".", " again."));
    });

    test("says which response is not known", async () => {
      await assert.rejects(ask({ input: "Second", previous_response_id: "resp_never" }), {
        status: 400,
        code: "previous_response_not_found",
        param: "previous_response_id",
      });
    });

    test("does not go on from what was not to be stored", async () => {
      const one = await ask({ input: "First", store: false });
      await assert.rejects(ask({ input: "Second", previous_response_id: one.id }), { status: 400 });
    });
  });
}

test("nobody goes on from another's response", async () => {
  const one = await new OpenAI({ baseURL: base, apiKey: token }).responses.create({
    model: "gpt-told",
    input: "First",
  });
  const other = new OpenAI({ baseURL: base, apiKey: await world.token("eve") });
  await assert.rejects(
    other.responses.create({ model: "gpt-told", input: "Second", previous_response_id: one.id }),
    BadRequestError,
  );
  await assert.rejects(other.responses.retrieve(one.id), NotFoundError);
});

test("the AI SDK's references stand for what they name", async () => {
  const model = createOpenAI({ baseURL: base, apiKey: token }).responses("gpt-told");
  const messages: ModelMessage[] = [{ role: "user", content: "First" }];
  for (const next of ["Second", "Third"]) {
    const { response } = await generateText({ model, messages });
    messages.push(...response.messages, { role: "user", content: next });
  }
  const { textStream } = streamText({ model, messages });
  let text = "";
  for await (const piece of textStream) text += piece;
  assert.equal(text, MASKED);
  const answered = `assistant: ${MASKED}`;
  assert.deepEqual(said(), ["user: First", answered, "user: Second", answered, "user: Third"]);
});

test("a conversation goes on at a model of another dialect", async () => {
  const client = new OpenAI({ baseURL: base, apiKey: token });
  const one = await client.responses.create({ model: "claude-told", input: "First" });
  await client.responses.create({ model: "claude-told", input: "Second", previous_response_id: one.id });
  const { messages } = JSON.parse(world.model.requests.at(-1)?.body ?? "{}");
  assert.deepEqual(
    messages.map(({ role }: { role: string }) => role),
    ["user", "assistant", "user"],
  );
});

test("a warm-up is judged, reaches no model, and can be gone on from", async () => {
  const client = new OpenAI({ baseURL: base, apiKey: token });
  const warm = (input: string) =>
    client.post<OpenAI.Responses.Response>("/responses", {
      body: { model: "gpt-told", input, generate: false },
    });
  const reached = world.model.requests.length;
  await assert.rejects(warm("project alder and project birch"), PermissionDeniedError);
  const one = await warm("Prepared");
  assert.equal(one.status, "completed");
  assert.deepEqual(one.output, []);
  assert.equal(world.model.requests.length, reached);
  await client.responses.create({ model: "gpt-told", input: "Go", previous_response_id: one.id });
  assert.deepEqual(said(), ["user: Prepared", "user: Go"]);
});
