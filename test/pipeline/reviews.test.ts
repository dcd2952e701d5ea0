import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import OpenAI from "openai";
import type { Approval } from "../../src/policy/approvals/approval.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { pendingOnes, REVIEWER, vote as voteOn } from "../support/reviewer.js";

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai]
    models: ["gpt-*"]
    prompt:
      - id: earnings
        review: { pattern: "q3 revenue", reviewers: { groups: [compliance] }, approvals: 1, expires: 30m }
      - id: at-once
        review: { pattern: "q4 revenue", reviewers: { groups: [compliance] }, approvals: 1, expires: 30m, onPending: reject }
`;

const ANSWER = `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "gpt-x", choices: [{ index: 0, delta: { role: "assistant", content: "48 million" }, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

describe("a request that people must approve", () => {
  let world: GatewayWorld;
  let calls = 0;
  let client: OpenAI;
  before(async () => {
    world = await openGateway("approvals: { heartbeat: 1s, plainWait: 1s }\n", POLICIES);
    world.model.tell((_request, response) => {
      calls++;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(ANSWER);
      return null;
    });
    client = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: await world.token("dora") });
  });
  after(() => world.close());

  async function pendingOne(): Promise<Approval> {
    const [one] = await pendingOnes(world.running);
    assert.ok(one !== undefined);
    return one;
  }

  const vote = (approval: Approval, verdict: "approve" | "reject"): Promise<Approval> =>
    voteOn(world.running, approval, { verdict });

  async function streamed(content: string): Promise<string> {
    let text = "";
    const stream = await client.chat.completions.create({
      model: "gpt-x",
      stream: true,
      messages: [{ role: "user", content }],
    });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    return text;
  }

  it("calls no model before the approval, and answers after it", async () => {
    const before = calls;
    const answering = streamed("what was q3 revenue?");
    const approval = await pendingOne();
    await pause(1200);
    assert.equal(calls, before);
    await vote(approval, "approve");
    assert.equal(await answering, "48 million");
    assert.equal(calls, before + 1);
  });

  it("gives the SDK its typed error when it is rejected, once", async () => {
    const before = calls;
    const answering = streamed("what was q3 revenue, again?");
    const failed = assert.rejects(
      answering,
      (error: Error) => error instanceof OpenAI.APIError && /as tested/.test(error.message),
    );
    await vote(await pendingOne(), "reject");
    await failed;
    assert.equal(calls, before);
  });

  it("joins an identical request to the pending approval", async () => {
    const first = streamed("what was q3 revenue, twice?");
    const approval = await pendingOne();
    const second = streamed("what was q3 revenue, twice?");
    await pause(200);
    assert.equal(world.running.approvals.list(REVIEWER, { states: ["pending"] }).length, 1);
    await vote(approval, "approve");
    const one = await Promise.race([first, second]);
    assert.equal(one, "48 million");
    // The grant was for one call: who came second waits for a decision of its own.
    const next = await pendingOne();
    assert.notEqual(next.id, approval.id);
    await vote(next, "approve");
    assert.deepEqual(await Promise.all([first, second]), ["48 million", "48 million"]);
  });

  it("tells a plain request that cannot wait longer to come again, with a status that nobody retries", async () => {
    const asking = client.chat.completions.create({
      model: "gpt-x",
      messages: [{ role: "user", content: "plain q3 revenue" }],
    });
    await assert.rejects(
      asking,
      (error: Error) => error instanceof OpenAI.APIError && (error.status === 400 || error.status === 403),
    );
    const approval = await pendingOne();
    await vote(approval, "reject");
  });

  it("rejects at once where the rule says so, and lets the repeat join", async () => {
    await assert.rejects(
      streamed("q4 revenue"),
      (error: Error) => error instanceof OpenAI.APIError && /approv/i.test(error.message),
    );
    await vote(await pendingOne(), "approve");
    assert.equal(await streamed("q4 revenue"), "48 million");
  });

  it("leaves no word of the prompt in the folders while it waits, nor after", async () => {
    const answering = streamed("secretplan q3 revenue");
    const approval = await pendingOne();
    assert.ok(!(await world.written("approvals")).includes("secretplan"));
    await vote(approval, "approve");
    await answering;
    assert.ok(!(await world.written("approvals")).includes("secretplan"));
  });
});
