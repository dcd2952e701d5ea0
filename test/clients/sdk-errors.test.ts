/** What stock clients make of an error: their own type, the gateway's words, and no second try. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import OpenAI7 from "openai7";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import type { Received } from "../support/recorded-upstream.js";
import { startWire, type Wire } from "../support/wire.js";
import { CONVERSING } from "./conversing-clients.js";
import { inWords } from "./conversing-model.js";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    prompt:
      - id: no-codenames
        deny: { pattern: "project (alder|birch)", message: "Codenames must not leave." }
    completion:
      - id: everything-sensitive
        mask: { entities: ["pii/*", "secrets/*"], operator: replace }
      - id: no-cards
        cut: { entities: [CREDIT_CARD] }
`;
const CARD = "4111 1111 1111 1111";

let world: GatewayWorld;
let token = "";
let url = "";
let wire: Wire;
let asked = 0;

before(async () => {
  world = await openGateway("", POLICIES);
  token = await world.token("jane");
  // Counts what comes over the wire, whatever a client calls a try.
  wire = await startWire(world.running.http.port, (bytes) => {
    asked += bytes.toString("latin1").match(/^(?:POST|GET) \/v1\/\S+ HTTP/gm)?.length ?? 0;
  });
  url = wire.url;
});
after(async () => {
  await world?.close();
  wire?.close();
});
beforeEach(() => {
  asked = 0;
});

const turn = (text: string) => ({ thinking: null, text, call: null });
const LONG = "One thing after the other, and then the next one. ".repeat(8);

/** What the models do, by the words of the prompt. */
const FAULTS = [
  {
    name: "a card in the answer, which policy cuts",
    prompt: "Say the card",
    says: /policy_denied|cut|no-cards|policy/i,
    answer: (request: Received) => ({ ...inWords(turn(`${LONG}The card is ${CARD}.`), request, 1), cuts: 5 }),
  },
  {
    name: "a model that breaks off",
    prompt: "Break off",
    says: /./,
    answer: (request: Received) => {
      const { body, headers = {} } = inWords(turn(LONG), request, 2);
      const part = Buffer.from(body).subarray(0, Math.floor(body.length * 0.6));
      return { headers, body: part, end: "torn" as const };
    },
  },
] as const;

for (const client of CONVERSING) {
  for (const isStreamed of client.name.includes("WS") ? [true] : [false, true]) {
    describe(`${client.name}, ${isStreamed ? "streamed" : "plain"}`, { timeout: 240_000 }, () => {
      after(() => client.close?.());
      // This one asks for a thread first, is told that there are none, and asks without.
      const tries = client.name.includes("tool runner") ? 2 : 1;
      const say = (prompt: string): Promise<string> =>
        client.begin({ url, token, look: () => "found" }, isStreamed)(prompt);

      test("a denial is told once, in its own words", async () => {
        const reached = world.model.requests.length;
        await assert.rejects(say("Summarise project alder"), /Codenames must not leave/);
        assert.equal(asked, tries);
        assert.equal(world.model.requests.length, reached);
      });

      for (const { name, prompt, says, answer } of FAULTS) {
        // A plain request that broke is answered with a status that clients are told to try again, and they do.
        if (!isStreamed && prompt === "Break off") continue;
        test(`${name}: an error, once`, async () => {
          world.model.tell(answer);
          await assert.rejects(say(prompt), (thrown) => {
            assert.match(`${thrown}`, says);
            assert.doesNotMatch(`${thrown}`, /4111/);
            return true;
          });
          assert.equal(asked, tries);
        });
      }
    });
  }
}

describe("typed errors", () => {
  const clients = [
    [
      "openai 6",
      OpenAI,
      (key: string, model: string, input: string, more = {}) =>
        new OpenAI({ baseURL: `${url}/v1`, apiKey: key }).responses.create({ model, input, ...more }),
    ],
    [
      "openai 7",
      OpenAI7,
      (key: string, model: string, input: string, more = {}) =>
        new OpenAI7({ baseURL: `${url}/v1`, apiKey: key }).responses.create({ model, input, ...more }),
    ],
    [
      "@anthropic-ai/sdk",
      Anthropic,
      (key: string, model: string, content: string, more = {}) =>
        new Anthropic({ baseURL: url, apiKey: key }).messages.create({
          ...{ model: model.replace("gpt", "claude"), max_tokens: 100, ...more },
          messages: [{ role: "user", content }],
        }),
    ],
  ] as const;
  for (const [name, sdk, ask] of clients) {
    test(`${name}: a wrong token, an unknown model, a denial and a wrong request`, async () => {
      await assert.rejects(ask("wrong", "gpt-told", "Hi"), sdk.AuthenticationError);
      await assert.rejects(ask(token, "nobody-serves-it", "Hi"), sdk.NotFoundError);
      await assert.rejects(ask(token, "gpt-told", "project birch"), sdk.PermissionDeniedError);
      assert.equal(asked, 3, "none is tried again");
      await assert.rejects(ask(token, "gpt-told", "Hi", { temperature: "hot" }), sdk.BadRequestError);
    });
  }
});
