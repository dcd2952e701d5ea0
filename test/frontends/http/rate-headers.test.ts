/** How near a caller is to its rates, in the headers that each provider's clients read. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Anthropic, { RateLimitError as AnthropicRateLimitError } from "@anthropic-ai/sdk";
import OpenAI, { PermissionDeniedError, RateLimitError } from "openai";
import { anthropicRateHeaders, openaiRateHeaders } from "../../../src/dialects/rate-headers.js";
import { type GatewayWorld, openGateway } from "../../support/gateway.js";
import { plainAnswer, streamedAnswer } from "../../support/streams.js";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    prompt: [{ id: no-codenames, deny: { pattern: "project alder", message: "No codenames." } }]
    rates: { requestsPerMinute: 3, requestsPerDay: 1000, tokensPerMinute: 10000 }
  - name: free
    who: { groups: [sales] }
    connections: [openai]
    models: ["gpt-*"]
`;

let world: GatewayWorld;
before(async () => {
  world = await openGateway("", POLICIES);
  world.model.tell(({ path, body }) =>
    body.includes('"stream":true')
      ? { body: streamedAnswer(path, ["Hello"]) }
      : { body: plainAnswer(path, "Hello"), headers: { "content-type": "application/json" } },
  );
});
after(() => world.close());

const messages = [{ role: "user" as const, content: "Hi" }];
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("OpenAI's clients", () => {
  const client = (apiKey: string) => new OpenAI({ baseURL: `${world.url}/v1`, apiKey, maxRetries: 0 });

  test("see the nearest rate of each unit, streamed or not, and when it is used up", async () => {
    const sdk = client(await world.token("jane"));
    const seen: (string | null)[] = [];
    for (const stream of [true, false, true]) {
      const { response, data } = await sdk.chat.completions
        .create({ model: "gpt-told", messages, stream })
        .withResponse();
      if ("controller" in data) for await (const _ of data);
      seen.push(response.headers.get("x-ratelimit-remaining-requests"));
      assert.equal(response.headers.get("x-ratelimit-limit-requests"), "3");
      assert.match(response.headers.get("x-ratelimit-reset-requests") ?? "", /^(?:1m0s|\d+s)$/);
      assert.equal(response.headers.get("x-ratelimit-limit-tokens"), "10000");
      assert.ok(Number(response.headers.get("x-ratelimit-remaining-tokens")) < 10_000);
    }
    assert.deepEqual(seen, ["2", "1", "0"]);
    await assert.rejects(sdk.responses.create({ model: "gpt-told", input: "Hi" }), (error) => {
      assert.ok(error instanceof RateLimitError);
      assert.equal(error.headers?.get("x-ratelimit-remaining-requests"), "0");
      assert.equal(error.headers?.get("x-should-retry"), "true");
      assert.ok(Number(error.headers?.get("retry-after")) > 0);
      assert.ok(Number(error.headers?.get("retry-after-ms")) > 0);
      return true;
    });
  });

  test("see no rate where no policy counts, and no word to try again on a denial", async () => {
    const free = await client(await world.token("joe", { groups: ["sales"] }))
      .chat.completions.create({ model: "gpt-told", messages })
      .asResponse();
    assert.equal(free.headers.get("x-ratelimit-limit-requests"), null);
    const denied = client(await world.token("kim")).chat.completions.create({
      model: "gpt-told",
      messages: [{ role: "user", content: "project alder" }],
    });
    await assert.rejects(denied, (error) => {
      assert.ok(error instanceof PermissionDeniedError);
      assert.equal(error.headers?.get("x-should-retry"), "false");
      assert.equal(error.headers?.get("retry-after"), null);
      return true;
    });
  });
});

test("Anthropic's client sees them in its own words", async () => {
  const apiKey = await world.token("ann");
  const sdk = new Anthropic({ baseURL: world.url, apiKey, maxRetries: 0 });
  const ask = () => sdk.messages.create({ model: "claude-told", max_tokens: 10, messages });
  for (const remaining of ["2", "1", "0"]) {
    const { response } = await ask().withResponse();
    assert.equal(response.headers.get("anthropic-ratelimit-requests-limit"), "3");
    assert.equal(response.headers.get("anthropic-ratelimit-requests-remaining"), remaining);
    assert.match(response.headers.get("anthropic-ratelimit-requests-reset") ?? "", MOMENT);
    assert.equal(response.headers.get("x-ratelimit-limit-requests"), null);
  }
  await assert.rejects(ask(), (error) => {
    assert.ok(error instanceof AnthropicRateLimitError);
    assert.equal(error.headers?.get("anthropic-ratelimit-requests-remaining"), "0");
    return true;
  });
});

test("spans and moments are written as the providers write them", () => {
  const at = (resetMs: number) => [{ unit: "requests" as const, limit: 1, remaining: 0, resetMs }];
  const span = (resetMs: number) => openaiRateHeaders(at(resetMs), 0)["x-ratelimit-reset-requests"];
  assert.deepEqual([0, 6.2, 999, 1000, 61_000, 360_000, 86_400_000].map(span), [
    "0ms",
    "7ms",
    "999ms",
    "1s",
    "1m1s",
    "6m0s",
    "24h0m0s",
  ]);
  const moment = anthropicRateHeaders(at(1500), 1_750_000_000_000);
  assert.equal(moment["anthropic-ratelimit-requests-reset"], "2025-06-15T15:06:41.500Z");
});
