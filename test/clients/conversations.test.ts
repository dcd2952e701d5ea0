/** Several turns through stock clients, tools and thoughts included: judged whole, forwarded whole, unbroken. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import type { Answer, Received } from "../support/recorded-upstream.js";
import { CONVERSING, type Conversing, type Say } from "./conversing-clients.js";
import { inWords, signatureOf } from "./conversing-model.js";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    prompt:
      - id: no-codenames
        deny: { pattern: "project alder.{0,400}project birch", message: "Codenames must not meet." }
      - id: numbers
        redact: { entities: [US_SSN], reversible: true }
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"], operator: replace }
`;
const NUMBER = "536-90-4399";
const ADDRESS = "jane.roe@example.com";
const NAMES = /<US_SSN_\w+>/g;

let world: GatewayWorld;
let token = "";
let turns = 0;
/** Requests that a provider would refuse, and why. */
let refused: string[] = [];

before(async () => {
  world = await openGateway("", POLICIES);
  token = await world.token("jane");
});
after(() => world.close());
beforeEach(() => {
  refused = [];
  world.model.tell(answer);
});

/**
 * Thinks, looks somebody up, then answers with what it was told. As strict as a provider: a thought that comes
 * back must be the one that was sealed, and a tool's result must belong to a call.
 */
function answer(request: Received): Answer {
  const why = problemOf(request.body);
  if (why !== null) {
    refused.push(why);
    const error = { type: "invalid_request_error", message: why };
    return { status: 400, headers: { "content-type": "application/json" }, body: JSON.stringify({ error }) };
  }
  const name = request.body.match(NAMES)?.[0] ?? "nothing";
  const isToolDone = isToolLast(JSON.parse(request.body));
  const mind = request.body.includes("aloud") ? `Ask about ${ADDRESS}.` : "Look it up first.";
  const turn = isToolDone
    ? { thinking: null, text: `Of ${name}: write to ${ADDRESS} today.`, call: null }
    : { thinking: mind, text: "", call: { name: "look", arguments: { who: ADDRESS, number: name } } };
  return { ...inWords(turn, request, ++turns), cuts: turns };
}

interface Asked {
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
  readonly input?: readonly { readonly type?: string }[];
}

function isToolLast({ messages, input }: Asked): boolean {
  const last = messages?.at(-1);
  if (last !== undefined) return last.role === "tool" || JSON.stringify(last).includes("tool_result");
  return input?.at(-1)?.type === "function_call_output";
}

function problemOf(body: string): string | null {
  if (body.includes(NUMBER)) return "the number reached the model";
  const calls = new Set([...body.matchAll(/"(?:id|call_id)":"((?:call|toolu)_\d+)"/g)].map(([, id]) => id));
  for (const [, id] of body.matchAll(/"(?:tool_call_id|tool_use_id)":"([^"]+)"/g))
    if (!calls.has(id)) return `the result of ${id} has no call`;
  for (const [, thinking = "", seal] of body.matchAll(/"thinking":"([^"]*)","signature":"([^"]*)"/g))
    if (signatureOf(thinking) !== seal) return `the thought ${thinking} is not what was sealed`;
  for (const [, text = "", seal] of body.matchAll(/"text":"([^"]*)"\}\],"encrypted_content":"([^"]*)"/g))
    if (signatureOf(text) !== seal) return `the reasoning ${text} is not what was sealed`;
  return null;
}

const isDenial = (thrown: unknown): boolean => /Codenames must not meet/.test(`${thrown}`);

for (const client of CONVERSING) {
  for (const isStreamed of client.name.includes("WS") ? [true] : [false, true])
    describe(`${client.name}, ${isStreamed ? "streamed" : "plain"}`, { timeout: 240_000 }, () => {
      turnsOf(client, isStreamed);
    });
}

function turnsOf(client: Conversing, isStreamed: boolean): void {
  after(() => client.close?.());
  const looked: object[] = [];
  const begin = (result = "found"): Say => {
    looked.length = 0;
    const look = (args: object): string => {
      looked.push(args);
      return result;
    };
    return client.begin({ url: world.url, token, look }, isStreamed);
  };

  for (const [how, thought] of [
    ["thoughts as they were", ""],
    ["thoughts that were masked", " Think aloud."],
  ] as const) {
    test(`three turns with a tool, ${how}`, async () => {
      const say = begin();
      const from = world.model.requests.length;
      const names = new Set<string>();
      for (const prompt of [`Mine is ${NUMBER}.${thought}`, "Look again.", `Is ${NUMBER} still right?`])
        assert.equal(await say(prompt), `Of ${NUMBER}: write to <EMAIL_ADDRESS> today.`);
      const sent = world.model.requests.slice(from).map(({ body }) => body);
      assert.equal(sent.length, 6, "a call and an answer in each turn, and nothing sent twice");
      for (const body of sent) for (const [name] of body.matchAll(NAMES)) names.add(name);
      assert.equal(names.size, 1, [...names].join());
      assert.deepEqual(
        looked,
        [1, 2, 3].map(() => ({ who: "<EMAIL_ADDRESS>", number: [...names][0] })),
      );
      for (const prompt of ["Mine is", "Look again", "still right"]) assert.ok(sent.at(-1)?.includes(prompt));
      assert.doesNotMatch(sent.join(), new RegExp(ADDRESS), "what was masked does not come back");
      assert.deepEqual(refused, []);
    });
  }

  test("is refused in the second turn for what stands in the first", async () => {
    const say = begin();
    await say("About project alder.");
    const reached = world.model.requests.length;
    await assert.rejects(say("And project birch."), isDenial);
    assert.equal(world.model.requests.length, reached);
  });

  test("is refused for what its own tool brings", async () => {
    const say = begin("project alder and project birch");
    const reached = world.model.requests.length;
    await assert.rejects(say("Look it up."), isDenial);
    assert.equal(world.model.requests.length, reached + 1);
    assert.equal(looked.length, 1);
  });
}
