/** Values that a reversible redaction puts back: exactly once, wherever a client goes on from. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import type { EventLike } from "../contracts/way.js";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { chatStream } from "../support/streams.js";
import { inWords } from "./conversing-model.js";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai]
    models: ["gpt-*"]
    prompt:
      - id: numbers
        redact: { entities: [US_SSN], reversible: true }
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"], operator: replace }
`;
const NUMBER = "536-90-4399";

type Event = EventLike & { readonly seq: number };

let world: GatewayWorld;
let token = "";
let grpc: GrpcClient;

before(async () => {
  world = await openGateway("", POLICIES);
  token = await world.token("jane");
  grpc = new GrpcClient(world.grpcAddress);
});
after(async () => {
  grpc?.close();
  await world?.close();
});

/** Says the name again in ever other pieces, in a URL, and as no name at all: what ends a channel, too. */
function told(body: string, size: number): readonly string[] {
  const name = body.match(/<US_SSN_\w+>/)?.[0] ?? "nothing";
  const text = `Yours is ${name}, and <US_ is none. See https://example.com/?n=${name} or ${name}. <US_SSN_`;
  return text.match(new RegExp(`.{1,${size}}`, "gs")) ?? [];
}

const ask = (prompt: string) =>
  fetch(`${world.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      ...{ authorization: `Bearer ${token}`, "content-type": "application/json" },
      "x-sluice-resumable": "true",
    },
    body: JSON.stringify({ model: "gpt-told", stream: true, messages: [{ role: "user", content: prompt }] }),
  });

async function overHttp(sessionId: string, after: number): Promise<readonly Event[]> {
  const response = await fetch(`${world.url}/v1/sessions/${sessionId}/stream?after=${after}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json = ""]) => JSON.parse(json));
}

async function overGrpc(sessionId: string, afterSeq: number): Promise<readonly Event[]> {
  const stream = grpc.stream("Completions/Attach", { sessionId, afterSeq }, { token });
  const events: Event[] = [];
  stream.on("data", (batch: { events: Event[] }) => events.push(...batch.events));
  await new Promise((resolve, reject) => stream.once("end", resolve).once("error", reject));
  return events;
}

const textOf = (events: readonly EventLike[]): string =>
  events.map(({ chunk }) => chunk?.text ?? "").join("");
const numbersOf = (events: readonly Event[]): readonly number[] => events.map(({ seq }) => seq);

describe("a client that goes on from any number, its values put back", () => {
  for (const size of [1, 3, 8, 40, 400]) {
    test(`has them once and whole, in pieces of ${size}`, async () => {
      world.model.tell(({ body }) => ({ body: chatStream(told(body, size)), cuts: size }));
      const response = await ask(`Mine is ${NUMBER}.`);
      const sessionId = response.headers.get("x-sluice-session") ?? "";
      const delivered = [...(await response.text()).matchAll(/^data: (\{.*)$/gm)]
        .map(([, json = ""]) => JSON.parse(json).choices[0]?.delta.content ?? "")
        .join("");
      const name = delivered.match(/\?n=(<US_SSN_\w+>)/)?.[1] ?? "";
      const expected = `Yours is ${NUMBER}, and <US_ is none. See https://example.com/?n=${name} or ${NUMBER}. <US_SSN_`;
      assert.equal(delivered, expected);
      const all = await overHttp(sessionId, 0);
      assert.equal(textOf(all), expected);
      const numbers = numbersOf(all);
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
      for (const [at, after] of numbers.slice(0, -1).entries()) {
        if (size < 8 && at % 7 !== 0) continue;
        assert.deepEqual(await overHttp(sessionId, after), all.slice(at + 1), `after ${after}`);
      }
      const middle = numbers[Math.floor(numbers.length / 2)] ?? 0;
      const before = textOf(all.filter(({ seq }) => seq <= middle));
      assert.equal(before + textOf(await overGrpc(sessionId, middle)), expected);
    });
  }

  test("while the model still speaks, cut in the middle of a name and of a URL", async () => {
    for (const stopAt of ["<US_S", "?n=<US", "example"]) {
      let go: () => void = () => {};
      world.model.tell(({ body }, response) => {
        const whole = chatStream(told(body, 4));
        const text = told(body, 4).join("");
        const pieces = Math.ceil((text.lastIndexOf(stopAt) + stopAt.length) / 4);
        const at = chatStream(told(body, 4).slice(0, pieces)).lastIndexOf('{"id"');
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(whole.slice(0, at));
        go = () => response.end(whole.slice(at));
        return null;
      });
      const first = await ask(`Mine is ${NUMBER}, and ${stopAt.length} more.`);
      const sessionId = first.headers.get("x-sluice-session") ?? "";
      await first.body?.cancel();
      const reader = await fetch(`${world.url}/v1/sessions/${sessionId}/stream`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const seen: Event[] = [];
      for await (const bytes of reader.body ?? []) {
        for (const [, json = ""] of Buffer.from(bytes)
          .toString()
          .matchAll(/^data: (.*)$/gm))
          seen.push(JSON.parse(json));
        if (textOf(seen).length > 5) break;
      }
      const after = seen.at(-1)?.seq ?? 0;
      const rest = overHttp(sessionId, after);
      go();
      const text = textOf(seen) + textOf(await rest);
      assert.match(text, new RegExp(`^Yours is ${NUMBER}, and <US_ is none\\. See`));
      assert.match(text, new RegExp(`\\?n=<US_SSN_\\w+> or ${NUMBER}\\. <US_SSN_$`));
    }
  });
});

test("a response is retrieved as it was delivered, streamed and plain", async () => {
  const client = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: token });
  let turns = 0;
  world.model.tell((request) => {
    const name = request.body.match(/<US_SSN_\w+>/)?.[0] ?? "nothing";
    return inWords({ thinking: null, text: `Yours is ${name}.`, call: null }, request, ++turns);
  });
  const asked = { model: "gpt-told", input: `Mine is ${NUMBER}.` };
  const { _request_id: _one, ...plain } = await client.responses.create(asked);
  const streamed = await client.responses.stream(asked).finalResponse();
  for (const { id } of [plain, streamed]) {
    const again = await client.responses.retrieve(id);
    assert.equal(again.output_text, `Yours is ${NUMBER}.`);
  }
  const helper = client.responses.stream({ response_id: streamed.id, starting_after: 4 });
  assert.equal((await helper.finalResponse()).output_text, `Yours is ${NUMBER}.`);
  const { _request_id: _two, ...same } = await client.responses.retrieve(plain.id);
  assert.deepEqual(same, plain);
});

test("the log, and a replay of it, hold the names", async () => {
  world.model.tell(({ body }) => ({ body: chatStream(told(body, 8)) }));
  const response = await ask(`Mine is ${NUMBER}.`);
  const sessionId = response.headers.get("x-sluice-session") ?? "";
  await response.text();
  const replay = await fetch(`${world.url}/v1/sessions/${sessionId}/stream?speed=max`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await replay.text();
  assert.ok(!text.includes(NUMBER));
  const texts = [...text.matchAll(/"chunk":\{"text":"([^"]*)"/g)].map(([, words]) => words);
  assert.match(texts.join(""), /^Yours is <US_SSN_\w+>,/);
});
