import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DecodedEvent } from "../../src/dialects/dialect.js";
import { parseSluice } from "../../src/dialects/sluice/index.js";
import type { OutputItem } from "../../src/domain/entry.js";
import type { JsonObject } from "../../src/domain/json.js";
import { systemClock } from "../../src/domain/time.js";
import { createDemoUpstream } from "../../src/upstreams/index.js";
import { keepAlive } from "../support/keep-alive.js";
import { allowedCall, type CallFacts, type Outcome, runCall } from "../support/upstream-call.js";

keepAlive();

async function ask(facts: CallFacts & { readonly body?: JsonObject }): Promise<Outcome> {
  const upstream = createDemoUpstream({
    name: "model",
    tokensPerSecond: 0,
    maxConcurrent: 1,
    clock: systemClock,
  });
  const messages = [{ role: "user", parts: [{ text: facts.prompt ?? "Hello" }] }];
  const request = parseSluice({ model: "demo", messages, ...facts.body });
  const outcome = await runCall(upstream, allowedCall({ ...facts, request }));
  await upstream.close();
  assert.equal(outcome.error, null);
  return outcome;
}

type Delta = Extract<DecodedEvent, { type: "delta" }>;

function deltas(outcome: Outcome, choice = 0): readonly Delta[] {
  return outcome.events.filter(
    (event): event is Delta => event.type === "delta" && event.channel.choice === choice,
  );
}

function pieces(outcome: Outcome, choice = 0): readonly string[] {
  return deltas(outcome, choice).map((event) => event.text);
}

function items<T extends OutputItem["type"]>(
  outcome: Outcome,
  type: T,
): readonly Extract<OutputItem, { type: T }>[] {
  return outcome.events
    .flatMap((event) => (event.type === "output" ? event.items : []))
    .filter((item): item is Extract<OutputItem, { type: T }> => item.type === type);
}

describe("the demo model", () => {
  it("says the same to the same request", async () => {
    assert.deepEqual((await ask({ prompt: "Anything" })).events, (await ask({ prompt: "Anything" })).events);
  });

  it("writes to a customer with an address and a valid card number, both cut in two", async () => {
    const said = pieces(await ask({ prompt: "Draft the reply to the customer" }));
    const text = said.join("");
    assert.match(text, /customer@example\.com/);
    const card = /\b\d{4} \d{4} \d{4} \d{4}\b/.exec(text)?.[0] ?? "";
    assert.equal(luhn(card.replaceAll(" ", "")), 0);
    assert.ok(!said.some((piece) => piece.includes("customer@example.com") || piece.includes(card)));
    assert.ok(!said.some((piece) => piece.includes("|")));
  });

  it("tells the revenue in 96 pieces", async () => {
    assert.equal(pieces(await ask({ prompt: "What was Q3 revenue?" })).length, 96);
  });

  it("reasons before it speaks where it is asked to", async () => {
    for (const facts of [{ prompt: "Compare the two" }, { body: { reasoningEffort: "high" } }]) {
      const outcome = await ask(facts);
      const kinds = [...new Set(deltas(outcome).map((event) => event.channel.kind))];
      assert.deepEqual(kinds, ["reasoning", "text"]);
      assert.ok((items(outcome, "usage")[0]?.usage.reasoningTokens ?? 0) > 0);
    }
  });

  it("calls a tool with arguments that fit, and speaks of the result", async () => {
    const parameters = {
      type: "object",
      properties: {
        email: { type: "string" },
        count: { type: "integer", minimum: 3 },
        tags: { type: "array", items: { enum: ["a", "b"] } },
        nested: { type: "object", properties: { ok: { type: "boolean" } } },
      },
    };
    const tools = [{ name: "send", parametersJson: JSON.stringify(parameters) }];
    const outcome = await ask({ body: { tools } });
    const [first] = deltas(outcome);
    assert.equal(first?.channel.toolName, "send");
    assert.equal(first?.channel.syntax, "json");
    assert.deepEqual(JSON.parse(pieces(outcome).join("")), {
      email: "customer@example.com",
      count: 3,
      tags: ["a"],
      nested: { ok: true },
    });
    assert.equal(items(outcome, "finish")[0]?.reason, "tool_calls");
    const messages = [
      { role: "user", parts: [{ text: "Send it" }] },
      { role: "assistant", parts: [{ toolCall: { id: "c", name: "send", arguments: "{}" } }] },
      { role: "tool", parts: [{ toolResult: { toolCallId: "c", text: "sent | done" } }] },
    ];
    const after = await ask({ body: { tools, messages } });
    assert.equal(after.text, "The tool says: sent | done");
  });

  it("answers in JSON that fits the schema where it must", async () => {
    const schemaJson = JSON.stringify({
      properties: { city: { type: "string" }, sure: { type: "boolean" } },
    });
    const outcome = await ask({ body: { responseFormat: { type: "json_schema", name: "x", schemaJson } } });
    assert.deepEqual(JSON.parse(outcome.text), { city: "Lisbon", sure: true });
  });

  it("repeats what it is told to, bars and all", async () => {
    assert.equal(
      (await ask({ prompt: "Repeat: a|b  my card, \u{1f600}|\nend" })).text,
      "a|b  my card, \u{1f600}|\nend",
    );
  });

  it("refuses on the channel for refusals", async () => {
    const outcome = await ask({ prompt: "Please refuse" });
    assert.equal(deltas(outcome)[0]?.channel.kind, "refusal");
    assert.equal(items(outcome, "finish")[0]?.reason, "refusal");
  });

  it("gives every choice its own channel and end", async () => {
    const outcome = await ask({ body: { choices: 3 } });
    assert.equal(items(outcome, "message").length, 3);
    assert.equal(items(outcome, "finish").length, 3);
    for (const choice of [1, 2]) assert.deepEqual(pieces(outcome, choice), pieces(outcome, 0));
    const ids = new Set(items(outcome, "channel").map((item) => item.channel.id));
    assert.deepEqual([...ids], [0, 1, 2]);
  });

  it("counts its tokens over all choices and stops at the limit", async () => {
    const outcome = await ask({ maxTokens: 7, body: { choices: 2 } });
    assert.equal(deltas(outcome).length + deltas(outcome, 1).length, 7);
    assert.equal(items(outcome, "usage")[0]?.usage.completionTokens, 7);
    assert.deepEqual(
      items(outcome, "finish").map((item) => item.reason),
      ["length", "length"],
    );
    assert.equal(items(outcome, "channel_closed").length, 2);
  });

  it("stops before a stop text, wherever pieces are cut", async () => {
    const outcome = await ask({ prompt: "Repeat: one two three four", body: { stop: ["ee f", "zzz"] } });
    assert.equal(outcome.text, "one two thr");
  });

  it("gives log-probabilities for its text where they are asked for", async () => {
    const outcome = await ask({ body: { logprobs: true } });
    for (const event of deltas(outcome)) {
      assert.equal(event.logprobs?.map((token) => token.text).join(""), event.text);
      assert.equal(JSON.parse(event.logprobs?.[0]?.json ?? "").token, event.text);
    }
  });

  it("keeps its rate, also over a pause", async () => {
    const upstream = createDemoUpstream({
      name: "model",
      tokensPerSecond: 200,
      maxConcurrent: 1,
      clock: systemClock,
    });
    const startedAtMs = performance.now();
    const outcome = await runCall(upstream, allowedCall({ prompt: "What was Q3 revenue?" }));
    const tookMs = performance.now() - startedAtMs;
    assert.ok(tookMs > 450 && tookMs < 900, `${tookMs}`);
    assert.ok(outcome.batches > 40, `${outcome.batches}`);
    await upstream.close();
  });

  it("names its answer after the session", async () => {
    const outcome = await ask({});
    assert.equal(items(outcome, "message")[0]?.responseId, "demo_0190a000-0000-7000-8000-000000000001");
  });
});

/** Remainder of the check sum; 0 for a valid number. */
function luhn(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10;
}
