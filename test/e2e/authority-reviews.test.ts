/** What people decide, through every way into the gateway: approved, rejected, lapsed, cancelled, refused at once. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import type { Principal } from "../../src/domain/principal.js";
import type { Approval } from "../../src/policy/approvals/approval.js";
import type { Seen } from "../contracts/way.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { pendingOnes, REVIEWER, vote } from "../support/reviewer.js";
import { answerTo } from "../support/streams.js";
import { everyWay, type ToldWay } from "../support/ways.js";

keepAlive();

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    prompt:
      - { id: one, review: { words: [alpha], reviewers: { groups: [compliance] } } }
      - { id: two, review: { words: [beta], reviewers: { groups: [compliance] }, approvals: 2 } }
      - { id: short, review: { words: [gamma], reviewers: { groups: [compliance] }, expires: 2s } }
      - { id: now, review: { words: [delta], reviewers: { groups: [compliance] }, onPending: reject } }
`;
const ANSWER = "48 million";
const OTHER: Principal = { ...REVIEWER, subject: "raul" };

let world: GatewayWorld;
let ways: readonly ToldWay[] = [];
let closeWays = (): void => {};
let calls = 0;

before(async () => {
  world = await openGateway("approvals: { heartbeat: 1s }\n", POLICIES);
  ({ ways, close: closeWays } = everyWay(world));
  world.model.tell((request) => {
    calls++;
    return answerTo(request, ANSWER);
  });
});
after(async () => {
  closeWays();
  await world.close();
});

/** Asks by every way at once; each is a review of its own, since each prompt is another. */
async function askAll(word: string): Promise<readonly Promise<Seen>[]> {
  calls = 0;
  const token = await world.token("dora");
  return ways.map((way) => way.ask({ token, prompt: `${word} by ${way.name}`, model: way.model }));
}

async function allSaw(
  asked: readonly Promise<Seen>[],
  expected: Partial<Seen>,
  message = /./,
): Promise<void> {
  for (const [index, way] of ways.entries()) {
    const seen = await asked[index];
    assert.ok(seen !== undefined);
    for (const [name, value] of Object.entries(expected))
      assert.equal(Reflect.get(seen, name), value, `${way.name}: ${name}`);
    if (expected.outcome !== "complete") assert.match(seen.message, message, way.name);
  }
}

const allPending = (): Promise<readonly Approval[]> => pendingOnes(world.running, ways.length);
const states = (approvals: readonly Approval[]): readonly string[] => [
  ...new Set(approvals.map(({ id }) => world.running.approvals.get(id, REVIEWER).state)),
];

describe("a review, by every way into the gateway", () => {
  it("that is approved answers, after one call of the model", async () => {
    const asked = await askAll("alpha");
    const pending = await allPending();
    assert.equal(calls, 0);
    for (const approval of pending) await vote(world.running, approval, { verdict: "approve" });
    await allSaw(asked, { outcome: "complete", text: ANSWER });
    assert.equal(calls, ways.length);
    assert.deepEqual(states(pending), ["consumed"]);
  });

  it("that needs two people waits for the second", async () => {
    const asked = await askAll("beta");
    const pending = await allPending();
    const first = await Promise.all(pending.map((each) => vote(world.running, each, { verdict: "approve" })));
    assert.deepEqual([...new Set(first.map(({ state }) => state))], ["pending"]);
    for (const approval of first)
      await assert.rejects(vote(world.running, approval, { verdict: "approve" }), { code: "conflict" });
    assert.equal(calls, 0);
    for (const approval of first) await vote(world.running, approval, { verdict: "approve", by: OTHER });
    await allSaw(asked, { outcome: "complete", text: ANSWER });
    assert.equal(calls, ways.length);
  });

  it("that is rejected ends with the reviewer's reason", async () => {
    const asked = await askAll("alpha, rejected,");
    for (const approval of await allPending())
      await vote(world.running, approval, { verdict: "reject", reason: "not this quarter" });
    await allSaw(
      asked,
      { outcome: "approval_rejected", policy: "staff", rule: "one", text: "" },
      /not this quarter/,
    );
    assert.equal(calls, 0);
  });

  it("that nobody decides lapses", async () => {
    const asked = await askAll("gamma");
    await allSaw(asked, { outcome: "approval_expired", rule: "short", text: "" }, /in time/);
    assert.equal(world.running.approvals.list(REVIEWER, { states: ["expired"] }).length, ways.length);
    assert.equal(calls, 0);
  });

  it("that an operator cancels ends as cancelled", async () => {
    const asked = await askAll("alpha, cancelled,");
    const operator: Principal = { ...REVIEWER, subject: "op", roles: ["caller", "operator"], groups: [] };
    for (const { id } of await allPending()) await world.running.approvals.cancel(id, operator, "no longer");
    await allSaw(asked, { outcome: "cancelled", text: "" }, /cancelled/);
    assert.equal(calls, 0);
  });

  it("with onPending: reject is refused at once with its address, and the repeat uses the grant", async () => {
    const refused = await askAll("delta");
    await allSaw(refused, { outcome: "approval_pending", rule: "now", text: "" }, /approval [0-9a-f-]{36}/);
    const pending = await allPending();
    for (const approval of pending) await vote(world.running, approval, { verdict: "approve" });
    await allSaw(await askAll("delta"), { outcome: "complete", text: ANSWER });
    assert.equal(calls, ways.length);
    assert.deepEqual(states(pending), ["consumed"]);
    // A grant is for one use: whoever asks once more needs another review.
    await allSaw(await askAll("delta"), { outcome: "approval_pending" });
    for (const approval of await allPending()) await vote(world.running, approval, { verdict: "reject" });
  });

  it("that was granted is void once policy asks another, and no model is called", async () => {
    const asked = await askAll("alpha, tightened,");
    const pending = await allPending();
    const file = `${world.folder}/policies.yaml`;
    await writeFile(
      file,
      POLICIES.replace(
        "id: one, review: { words: [alpha], reviewers: { groups: [compliance] }",
        "id: one, review: { words: [alpha], reviewers: { groups: [legal] }",
      ),
    );
    assert.equal(world.running.reload().outcome, "replaced");
    for (const approval of pending) await vote(world.running, approval, { verdict: "approve" });
    await allSaw(asked, { outcome: "policy_denied", text: "" }, /another review/);
    assert.equal(calls, 0);
    assert.deepEqual(states(pending), ["voided"]);
    await writeFile(file, POLICIES);
    world.running.reload();
  });
});
