import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type GatewayWorld, openGateway } from "../support/gateway.js";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai]
    models: ["gpt-*"]
    prompt:
      - id: mail
        redact: { entities: [EMAIL_ADDRESS], reversible: true }
      - id: cards
        redact: { entities: [CREDIT_CARD] }
`;

/** A model that repeats what it was asked, in pieces of three characters. */
function parrot(world: GatewayWorld, seen: string[]): void {
  world.model.tell((request, response) => {
    const body = JSON.parse(request.body) as { messages: { content: string }[] };
    const text = body.messages.at(-1)?.content ?? "";
    seen.push(text);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const said = `You wrote: ${text} | https://evil.example/?q=${text.match(/<EMAIL_\w+>/)?.[0] ?? ""} .`;
    for (const piece of said.match(/[\s\S]{1,3}/g) ?? []) {
      const choices = [{ index: 0, delta: { content: piece }, finish_reason: null }];
      response.write(
        `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "gpt-x", choices })}\n\n`,
      );
    }
    const choices = [{ index: 0, delta: {}, finish_reason: "stop" }];
    response.end(
      `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "gpt-x", choices })}\n\ndata: [DONE]\n\n`,
    );
    return null;
  });
}

async function textOf(response: Response): Promise<string> {
  const events = (await response.text()).split("\n").filter((line) => line.startsWith("data: {"));
  return events
    .map(
      (line) =>
        (JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta
          .content ?? "",
    )
    .join("");
}

describe("reversible prompt redaction", () => {
  let world: GatewayWorld;
  const seen: string[] = [];
  let session = "";
  let token = "";
  before(async () => {
    world = await openGateway("", POLICIES);
    parrot(world, seen);
    token = await world.token("dora");
  });
  after(() => world.close());

  it("shows the model a pseudonym and the caller the value, but never inside a URL", async () => {
    const response = await fetch(`${world.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "gpt-x",
        stream: true,
        messages: [{ role: "user", content: "write to jane@example.com, card 4111 1111 1111 1111" }],
      }),
    });
    session = response.headers.get("x-sluice-session") ?? "";
    const text = await textOf(response);
    assert.match(seen[0] ?? "", /^write to <EMAIL_ADDRESS_\w+>, card <CREDIT_CARD>$/);
    assert.match(text, /You wrote: write to jane@example\.com, card <CREDIT_CARD> \| /);
    assert.match(text, /evil\.example\/\?q=<EMAIL_ADDRESS_/);
  });

  it("keeps the value out of the log, of a replay and of every file", async () => {
    const replay = await fetch(`${world.url}/v1/sessions/${session}/stream?speed=16`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const frames = await replay.text();
    const texts = [...frames.matchAll(/"chunk":\{"text":("(?:[^"\\]|\\.)*")/g)].map(
      ([, json]) => JSON.parse(json ?? '""') as string,
    );
    assert.match(texts.join(""), /write to <EMAIL_ADDRESS_/);
    assert.ok(!texts.join("").includes("jane@example.com"));
    assert.ok(!(await world.written("data")).includes("jane@example.com"));
  });
});
