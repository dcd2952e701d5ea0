/** Responses that run on without their client, and what is known of a response by its id, by the SDKs. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI, { NotFoundError, PermissionDeniedError } from "openai";
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
    permit: [background]
    prompt:
      - id: no-codenames
        deny: { pattern: "project alder", message: "Codenames must not leave." }
      - id: earnings
        review: { pattern: "q3 revenue", reviewers: { groups: [compliance] }, approvals: 1, expires: 30m }
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"], operator: replace }
  - name: sales
    who: { groups: [sales] }
    connections: [openai]
    models: ["gpt-*"]
    completion: [{ id: pii, mask: { entities: ["pii/*", "secrets/*"], operator: replace } }]
`;

let world: GatewayWorld;
let token = "";
let goOn: () => void = () => {};
/** Resolves when the gateway has let go of the answer. */
let letGo: Promise<void> = Promise.resolve();

function answer({ path, body }: Received): Answer {
  const isStream = body.includes('"stream":true');
  return {
    headers: { "content-type": isStream ? "text/event-stream" : "application/json" },
    body: isStream ? streamedAnswer(path, PIECES) : plainAnswer(path, PIECES.join("")),
    cuts: 3,
  };
}

/** Says half of its answer, and the rest when it is told to go on. */
function inTwoParts(): void {
  world.model.tell(({ path }, response) => {
    const body = streamedAnswer(path, PIECES);
    const half = body.indexOf("ple.com");
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(body.slice(0, half));
    goOn = () => void response.end(body.slice(half));
    letGo = new Promise((resolve) => response.once("close", resolve));
    return null;
  });
}

const openai6 = (key = token) => new OpenAI({ baseURL: `${world.url}/v1`, apiKey: key, maxRetries: 0 });
const openai7 = () => new OpenAI7({ baseURL: `${world.url}/v1`, apiKey: token, maxRetries: 0 });

async function until<Value>(ask: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > deadline) assert.fail(`it never came: ${JSON.stringify(value).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

before(async () => {
  world = await openGateway("", POLICIES);
  token = await world.token("jane");
});
after(() => world.close());

for (const [name, client] of [
  ["openai 6", openai6],
  ["openai 7", () => openai7() as unknown as OpenAI],
] as readonly (readonly [string, () => OpenAI])[]) {
  describe(`${name}, background`, () => {
    for (const model of ["gpt-told", "claude-told"]) {
      test(`${model}: is queued at once, runs on alone, and is there when it is asked for`, async () => {
        inTwoParts();
        const sdk = client();
        const queued = await sdk.responses.create({ model, input: "First", background: true });
        assert.equal(queued.status, "queued");
        assert.equal(queued.background, true);
        const running = await until(
          () => sdk.responses.retrieve(queued.id),
          ({ status }) => status === "in_progress",
        );
        assert.deepEqual([running.id, running.background], [queued.id, true]);
        goOn();
        const done = await until(
          () => sdk.responses.retrieve(queued.id),
          ({ status }) => status === "completed",
        );
        assert.deepEqual([done.id, done.background, done.output_text], [queued.id, true, MASKED]);
        const sent = JSON.parse(world.model.requests.at(-1)?.body ?? "{}");
        assert.deepEqual([sent.background, sent.stream], [undefined, true]);
      });
    }

    test("a stream that was cut is taken up again where it was", async () => {
      inTwoParts();
      const sdk = client();
      const stream = await sdk.responses.create({
        model: "gpt-told",
        input: "First",
        background: true,
        stream: true,
      });
      let id = "";
      let last = 0;
      for await (const event of stream) {
        if (event.type === "response.created") id = event.response.id;
        last = event.sequence_number;
        if (event.type === "response.output_text.delta") break;
      }
      goOn();
      const types: string[] = [];
      const numbers: number[] = [];
      for await (const event of await sdk.responses.retrieve(id, { stream: true, starting_after: last })) {
        types.push(event.type);
        numbers.push(event.sequence_number);
        if (event.type === "response.completed") assert.equal(event.response.id, id);
      }
      assert.equal(types.at(-1), "response.completed");
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => last + 1 + index),
      );
    });

    test("is gone on from by its id", async () => {
      world.model.tell(answer);
      const sdk = client();
      const first = await sdk.responses.create({ model: "gpt-told", input: "First", background: true });
      await until(
        () => sdk.responses.retrieve(first.id),
        ({ status }) => status === "completed",
      );
      await sdk.responses.create({ model: "gpt-told", input: "Second", previous_response_id: first.id });
      const { input } = JSON.parse(world.model.requests.at(-1)?.body ?? "{}");
      assert.equal(input.length, 3);
    });

    test("is cancelled, and its upstream with it", async () => {
      inTwoParts();
      const sdk = client();
      const queued = await sdk.responses.create({ model: "gpt-told", input: "First", background: true });
      const cancelled = await sdk.responses.cancel(queued.id);
      assert.equal(cancelled.status, "cancelled");
      assert.equal((await sdk.responses.retrieve(queued.id)).status, "cancelled");
      await letGo;
      assert.equal(world.running.gateway.liveSessions, 0);
    });
  });
}

describe("background", () => {
  test("waits for its review, and says so by being queued", async () => {
    world.model.tell(answer);
    const queued = await openai6().responses.create({
      model: "gpt-told",
      input: "The q3 revenue",
      background: true,
    });
    assert.equal((await openai6().responses.retrieve(queued.id)).status, "queued");
    await openai6().responses.cancel(queued.id);
    assert.equal((await openai6().responses.retrieve(queued.id)).status, "cancelled");
  });

  test("that is denied is an ordinary denial", async () => {
    await assert.rejects(
      openai6().responses.create({ model: "gpt-told", input: "project alder", background: true }),
      PermissionDeniedError,
    );
  });

  test("is refused where no policy permits it", async () => {
    const sales = await world.token("joe", { groups: ["sales"] });
    await assert.rejects(
      openai6(sales).responses.create({ model: "gpt-told", input: "First", background: true }),
      (error: Error) => error instanceof PermissionDeniedError && /background/.test(error.message),
    );
  });

  test("that breaks is failed, with frames numbered on from the last", async () => {
    world.model.tell((request) => ({
      ...answer(request),
      end: "torn",
      body: answer(request).body.slice(0, 2500),
    }));
    const queued = await openai6().responses.create({ model: "gpt-told", input: "First", background: true });
    const failed = await until(
      () => openai6().responses.retrieve(queued.id),
      ({ status }) => status !== "queued" && status !== "in_progress",
    );
    assert.equal(failed.status, "failed");
    const numbers: number[] = [];
    await assert.rejects(async () => {
      const again = await openai6().responses.retrieve(queued.id, { stream: true });
      for await (const event of again) numbers.push(event.sequence_number);
    });
    const text = await (
      await fetch(`${world.url}/v1/responses/${queued.id}?stream=true`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).text();
    const all = [...text.matchAll(/"sequence_number":(\d+)/g)].map(([, number]) => Number(number));
    assert.deepEqual(
      all,
      all.map((_, index) => index),
    );
    assert.equal(all.length, numbers.length + 2);
  });

  test("that is deleted runs no longer", async () => {
    inTwoParts();
    const queued = await openai6().responses.create({ model: "gpt-told", input: "First", background: true });
    await openai6().responses.delete(queued.id);
    await letGo;
    await assert.rejects(openai6().responses.retrieve(queued.id), NotFoundError);
  });
});

describe("the input of a response", () => {
  test("is listed as recorded, newest first, page by page", async () => {
    world.model.tell(answer);
    const sdk = openai6();
    const one = await sdk.responses.create({ model: "gpt-told", input: "Mail jane.roe@example.com" });
    const two = await sdk.responses.create({
      model: "gpt-told",
      input: [{ role: "user", content: "Second" }],
      previous_response_id: one.id,
    });
    const texts: string[] = [];
    const ids = new Set<string>();
    for await (const item of sdk.responses.inputItems.list(two.id, { limit: 1 })) {
      assert.ok("content" in item && "id" in item);
      ids.add(String(item.id));
      texts.push(JSON.stringify(item.content));
    }
    assert.equal(ids.size, 3);
    assert.match(texts[0] ?? "", /"input_text","text":"Second"/);
    assert.match(texts[1] ?? "", /<EMAIL_ADDRESS> today/);
    assert.match(texts[2] ?? "", /"input_text","text":"Mail <EMAIL_ADDRESS>"/);
    const ascending = await openai7().responses.inputItems.list(two.id, { order: "asc", limit: 2 });
    assert.deepEqual(
      ascending.data.map((item) => "content" in item && JSON.stringify(item.content)),
      texts.toReversed().slice(0, 2),
    );
    assert.equal(ascending.has_more, true);
  });

  test("is the caller's own alone, and its page is checked", async () => {
    world.model.tell(answer);
    const one = await openai6().responses.create({ model: "gpt-told", input: "First" });
    const other = openai6(await world.token("eve"));
    await assert.rejects(other.responses.inputItems.list(one.id), NotFoundError);
    await assert.rejects(openai6().responses.inputItems.list(one.id, { limit: 101 }), /limit/);
    await assert.rejects(openai6().responses.inputItems.list(one.id, { after: "msg_no" }), NotFoundError);
  });
});
