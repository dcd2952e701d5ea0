/** Second and third turns through stock clients: judged whole, forwarded whole, masked as delivered. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, type ModelMessage, stepCountIs, streamText, tool } from "ai";
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

const openai6 = () => new OpenAI({ baseURL: base, apiKey: token });
const openai7 = () => new OpenAI7({ baseURL: base, apiKey: token });
type Asked = Pick<
  OpenAI.Responses.ResponseCreateParamsNonStreaming,
  "input" | "previous_response_id" | "store"
>;
type Event = { readonly type: string; readonly response?: { readonly id: string } };

/** Both majors, whose types differ and whose calls do not. */
const MAJORS = [
  {
    name: "openai 6",
    ask: (body: Asked) => openai6().responses.create({ model: "gpt-told", ...body }),
    stream: (input: string): Promise<AsyncIterable<Event>> =>
      openai6().responses.create({ model: "gpt-told", input, stream: true }),
  },
  {
    name: "openai 7",
    ask: (body: Asked) =>
      openai7().responses.create({
        model: "gpt-told",
        ...body,
      } as OpenAI7.Responses.ResponseCreateParamsNonStreaming),
    stream: (input: string): Promise<AsyncIterable<Event>> =>
      openai7().responses.create({ model: "gpt-told", input, stream: true }),
  },
];

for (const { name, ask, stream } of MAJORS) {
  describe(`${name}, previous_response_id`, () => {
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
      let id = "";
      for await (const event of await stream("First")) {
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

describe("a response by its id", () => {
  const events = async (stream: AsyncIterable<{ type: string; sequence_number: number }>) => {
    const all: { type: string; sequence_number: number }[] = [];
    for await (const event of stream) all.push(event);
    return all;
  };

  test("is retrieved as it was delivered", async () => {
    for (const model of ["gpt-told", "claude-told"]) {
      const one = await openai6().responses.create({ model, input: "First" });
      const again = await openai6().responses.retrieve(one.id);
      assert.deepEqual(again, one);
      assert.equal(again.output_text, MASKED);
    }
  });

  test("streams again with the same numbers, and from any of them on", async () => {
    for (const model of ["gpt-told", "claude-told"]) {
      const first = await events(await openai6().responses.create({ model, input: "First", stream: true }));
      const created = first[0] as unknown as { response: { id: string } };
      const { id } = created.response;
      const again = await events(await openai6().responses.retrieve(id, { stream: true }));
      assert.deepEqual(again, first);
      for (const after of [0, 4, first.length - 2]) {
        const rest = await events(
          await openai7().responses.retrieve(id, { stream: true, starting_after: after }),
        );
        assert.deepEqual(rest, first.slice(after + 1));
      }
    }
  });

  test("has no events to send again where it was not a stream", async () => {
    const { id } = await openai6().responses.create({ model: "gpt-told", input: "First" });
    await assert.rejects(openai6().responses.retrieve(id, { stream: true }), BadRequestError);
    await assert.rejects(openai7().responses.stream({ response_id: id }).finalResponse(), { status: 400 });
  });

  test("is resumed by the SDK's own helper", async () => {
    const one = await openai6().responses.create({ model: "gpt-told", input: "First", store: true });
    const streamed = openai6().responses.stream({ model: "gpt-told", input: "First" });
    const { id } = await streamed.finalResponse();
    assert.notEqual(id, one.id);
    const resumed = openai6().responses.stream({ response_id: id, starting_after: 3 });
    assert.equal((await resumed.finalResponse()).output_text, MASKED);
  });

  test("is cancelled, and its upstream with it", async () => {
    world.model.tell((request) => {
      const told = answer(request);
      return { ...told, body: told.body.toString().slice(0, 2500), end: "open" };
    });
    const stream = await openai6().responses.create(
      { model: "gpt-told", input: "First", stream: true },
      { headers: { "x-sluice-resumable": "true" } },
    );
    let id = "";
    await assert.rejects(async () => {
      for await (const event of stream) {
        if (event.type === "response.created") id = event.response.id;
        if (event.type !== "response.output_text.delta" || id === "") continue;
        const running = await openai6().responses.retrieve(id);
        assert.equal(running.status, "in_progress");
        const cancelled = await openai6().responses.cancel(id);
        id = "";
        assert.equal(cancelled.status, "cancelled");
      }
    });
    assert.equal(world.running.gateway.liveSessions, 0);
  });

  test("is deleted", async () => {
    const one = await openai6().responses.create({ model: "gpt-told", input: "First" });
    await openai6().responses.delete(one.id);
    await assert.rejects(openai6().responses.retrieve(one.id), NotFoundError);
    await assert.rejects(
      openai6().responses.create({ model: "gpt-told", input: "On", previous_response_id: one.id }),
      BadRequestError,
    );
  });

  test("that nobody knows is not found", async () => {
    await assert.rejects(openai6().responses.retrieve("resp_never"), NotFoundError);
    await assert.rejects(openai6().responses.cancel("resp_never"), NotFoundError);
    await assert.rejects(
      openai6().responses.retrieve("resp_0198f3a0-0000-7000-8000-000000000000"),
      NotFoundError,
    );
  });
});

test("a tool loop of the AI SDK goes on by references, masked reasoning left out", async () => {
  const call = {
    id: "fc_loop",
    type: "function_call",
    status: "completed",
    call_id: "call_loop",
    name: "look",
    arguments: '{"who":"jane.roe@example.com"}',
  };
  const thought = { type: "summary_text", text: "Ask about jane.roe@example.com" };
  const reasoning = { id: "rs_loop", type: "reasoning", summary: [thought], encrypted_content: "c2VhbGVk" };
  world.model.tell((request) => {
    const told = answer(request);
    if (request.body.includes("call_loop")) return told;
    const body = { ...JSON.parse(told.body.toString()), output: [reasoning, call] };
    return { ...told, body: JSON.stringify(body) };
  });
  const asked: string[] = [];
  const { text } = await generateText({
    model: createOpenAI({ baseURL: base, apiKey: token }).responses("gpt-told"),
    prompt: "Who?",
    stopWhen: stepCountIs(3),
    tools: {
      look: tool({
        inputSchema: jsonSchema<{ who: string }>({ type: "object", properties: { who: { type: "string" } } }),
        execute: ({ who }) => {
          asked.push(who);
          return "found";
        },
      }),
    },
  });
  assert.equal(text, MASKED);
  assert.deepEqual(asked, ["<EMAIL_ADDRESS>"]);
  const { input } = JSON.parse(world.model.requests.at(-1)?.body ?? "{}");
  assert.deepEqual(
    input.map(({ type, role }: { type?: string; role?: string }) => type ?? role),
    ["user", "function_call", "function_call_output"],
  );
  assert.equal(input[1].id, undefined);
  assert.doesNotMatch(JSON.stringify(input), /jane\.roe|c2VhbGVk/);
});
