/** A policy in mode observe changes nothing, and what it would have done stands in the log. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Entry } from "../../src/domain/entry.js";
import { parseSessionId } from "../../src/domain/session-id.js";
import { readAll } from "../../src/recording/read-all.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { plainAnswer } from "../support/streams.js";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai]
    models: ["gpt-*"]
    recordsSensitive: true
    completion: [{ id: secrets, mask: { entities: ["secrets/*"] } }]
  - name: tried
    who: { everyone: true }
    connections: [openai]
    models: ["*"]
    mode: observe
    recordsSensitive: true
    prompt:
      - { id: no-plans, deny: { words: [plans] } }
      - { id: short, limit: { completionTokens: 1 } }
    completion: [{ id: mail, cut: { entities: [EMAIL_ADDRESS] } }]
    rates: { requestsPerDay: 1 }
`;

describe("a policy in mode observe", () => {
  let world: GatewayWorld;
  before(async () => {
    world = await openGateway("", POLICIES);
    world.model.tell(({ path }) => ({
      body: plainAnswer(path, "Write to jane.roe@example.com, she knows."),
      headers: { "content-type": "application/json" },
    }));
  });
  after(() => world.close());

  async function ask(content: string): Promise<{ text: string; entries: readonly Entry[] }> {
    const response = await fetch(`${world.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${await world.token("jane")}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-told", messages: [{ role: "user", content }] }),
    });
    assert.equal(response.status, 200);
    const session = parseSessionId(response.headers.get("x-sluice-session") ?? "");
    assert.ok(session !== null);
    const reader = await world.running.log.reader(session);
    assert.ok(reader !== null);
    const entries: Entry[] = [];
    for await (const entry of readAll(reader)) entries.push(entry);
    return { text: await response.text(), entries };
  }

  const observed = (entries: readonly Entry[]): readonly string[] =>
    entries
      .flatMap((entry) => (entry.type === "decided" ? entry.reasons : []))
      .filter(({ effect }) => effect === "observe")
      .map(({ policy, rule, message }) => `${policy}/${rule}: ${message}`);

  it("lets everything through, and tells what it would have done", async () => {
    const { text, entries } = await ask("hello");
    assert.match(text, /jane\.roe@example\.com, she knows/);
    assert.deepEqual(observed(entries), [
      "tried/allow: would allow",
      "tried/short: would oblige: at most completionTokens 1",
      "tried/mail: would oblige: cut EMAIL_ADDRESS",
    ]);
    assert.match(JSON.stringify(entries), /"entity":"EMAIL_ADDRESS"/);
  });

  it("tells of a denial, and of a rate that is used up", async () => {
    const { entries } = await ask("what plans are there?");
    assert.deepEqual(observed(entries), [
      "tried/no-plans: would deny: found in part 1 of the prompt",
      "tried/rates.requestsPerDay: would refuse: it is used up",
    ]);
  });
});
