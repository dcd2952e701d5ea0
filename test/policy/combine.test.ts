import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision } from "../../src/domain/decision.js";
import fc from "../support/seeded-check.js";
import { asking, pdpOf } from "./world.js";

const policy = (name: string, body: string) => `
  - name: ${name}
    who: { everyone: true }
    connections: [openai]
    models: ["*"]
    ${body.replaceAll("\n", "\n    ")}
`;
const ALLOW = "description: plain";
const DENY = "prompt: [ { id: d, deny: { words: [hello] } } ]";
const REVIEW = "prompt: [ { id: r, review: { always: true, reviewers: { groups: [a] } } } ]";
const OTHER = "prompt: [ { id: o, deny: { words: [goodbye] } } ]";
const observe = (body: string) => `${body}\nmode: observe`;

async function decide(...bodies: readonly string[]): Promise<Decision> {
  const document = `policies:${bodies.map((body, index) => policy(`p${index}`, body)).join("")}`;
  return pdpOf(document).decide(asking());
}

const TABLE: readonly (readonly [string, readonly string[], Decision["effect"]])[] = [
  ["one that allows", [ALLOW], "allow"],
  ["a rule that finds nothing", [OTHER], "allow"],
  ["deny and allow", [DENY, ALLOW], "deny"],
  ["allow and deny", [ALLOW, DENY], "deny"],
  ["review and allow", [REVIEW, ALLOW], "review"],
  ["allow and review", [ALLOW, REVIEW], "review"],
  ["review and deny", [REVIEW, DENY], "deny"],
  ["deny, review and allow", [DENY, REVIEW, ALLOW], "deny"],
  ["observe alone never allows", [observe(ALLOW)], "deny"],
  ["observed deny beside allow", [observe(DENY), ALLOW], "allow"],
  ["observed review beside allow", [observe(REVIEW), ALLOW], "allow"],
  ["observed allow beside deny", [observe(ALLOW), DENY], "deny"],
];
for (const [what, bodies, effect] of TABLE) {
  test(`combination: ${what} gives ${effect}`, async () => {
    assert.equal((await decide(...bodies)).effect, effect);
  });
}

test("the order of policies never changes the effect, and adding one never turns deny into allow", async () => {
  const rank = { deny: 0, review: 1, allow: 2 } as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(ALLOW, DENY, REVIEW, OTHER, observe(DENY)), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(ALLOW, DENY, REVIEW, OTHER, observe(DENY)),
      async (bodies, more) => {
        const alone = await decide(...bodies);
        const reversed = await decide(...[...bodies].reverse());
        assert.equal(reversed.effect, alone.effect);
        const grants = bodies.some((body) => !body.includes("observe"));
        const added = await decide(...bodies, more);
        if (grants) assert.ok(rank[added.effect] <= rank[alone.effect]);
      },
    ),
    { numRuns: 40 },
  );
});

test("what observe would have done stands in the reasons", async () => {
  const decision = await decide(ALLOW, observe(DENY), observe(REVIEW), observe(ALLOW));
  assert.deepEqual(
    decision.reasons
      .filter(({ effect }) => effect === "observe")
      .map(({ policy, message }) => [policy, message]),
    [
      ["p1", "would deny: found in part 1 of the prompt"],
      ["p2", "would ask for review: always asks 1 of a"],
      ["p3", "would allow"],
    ],
  );
});

test("the smaller limit wins", async () => {
  const limit = (most: number) => `prompt: [ { id: l, limit: { completionTokens: ${most} } } ]`;
  assert.equal((await decide(limit(500), ALLOW, limit(200), limit(900))).obligations.completionTokens, 200);
  assert.equal((await decide(ALLOW)).obligations.completionTokens, null);
});

test("masks unite, equal ones once", async () => {
  const mask = (entity: string) =>
    `recordsSensitive: true\ncompletion: [ { id: m, mask: { entities: [${entity}] } } ]`;
  const { obligations } = await decide(mask("US_SSN"), mask("EMAIL_ADDRESS"), mask("US_SSN"));
  assert.deepEqual(
    obligations.mask.map(({ entities }) => entities),
    [["US_SSN"], ["EMAIL_ADDRESS"]],
  );
});

test("an observed policy neither masks nor limits", async () => {
  const { obligations } = await decide(
    ALLOW,
    observe("prompt: [ { id: l, limit: { completionTokens: 1 } } ]"),
  );
  assert.equal(obligations.completionTokens, null);
  assert.equal(obligations.mask.length, 1);
});

test("what an observed policy would mask, cut, redact or limit stands in the reasons, and its finds are noted", async () => {
  const { obligations, reasons } = await decide(
    ALLOW,
    observe(
      `recordsSensitive: true
prompt: [ { id: l, limit: { completionTokens: 9 } }, { id: r, redact: { entities: [US_SSN] } } ]
completion: [ { id: m, mask: { entities: [EMAIL_ADDRESS] } }, { id: c, cut: { entities: [CREDIT_CARD] } } ]`,
    ),
  );
  assert.deepEqual(
    reasons.filter(({ effect }) => effect === "observe").map(({ rule, message }) => [rule, message]),
    [
      ["allow", "would allow"],
      ["l", "would oblige: at most completionTokens 9"],
      ["r", "would oblige: takes US_SSN out of the prompt"],
      ["m", "would oblige: mask EMAIL_ADDRESS"],
      ["c", "would oblige: cut CREDIT_CARD"],
    ],
  );
  assert.deepEqual(obligations.redact, []);
  assert.equal(obligations.completionTokens, null);
  assert.deepEqual(
    obligations.mask.slice(1),
    [["EMAIL_ADDRESS"], ["CREDIT_CARD"]].map((entities) => ({ entities, action: "observe" })),
  );
});

test("values are put back into tools only where every reversible rule agrees", async () => {
  const redact = (restore: string) =>
    `prompt: [ { id: x, redact: { entities: [US_SSN], reversible: true${restore} } } ]`;
  assert.equal((await decide(redact(", restoreInTools: true"))).obligations.restoreInTools, true);
  const both = await decide(redact(", restoreInTools: true"), redact(""));
  assert.equal(both.obligations.restoreInTools, false);
  assert.deepEqual(both.obligations.redact, [
    { entities: ["US_SSN"], reversible: true, operator: { type: "pseudonym" } },
  ]);
});

test("a review of several rules keeps each rule's own demand, and the shortest expiry", async () => {
  const ask = (group: string, more: string) =>
    `prompt: [ { id: r, review: { always: true, reviewers: { groups: [${group}] }${more} } } ]`;
  const decision = await decide(
    ask("legal", ", expires: 2h"),
    ask("risk", ", approvals: 2, expires: 1h, onPending: reject"),
  );
  assert.ok(decision.effect === "review");
  const { review } = decision;
  assert.deepEqual([review.policy, review.reviewers, review.approvals], ["p0", ["legal", "risk"], 2]);
  assert.deepEqual([review.expiresMs, review.onPending], [3_600_000, "reject"]);
  assert.deepEqual(
    review.requirements.map(({ reviewers, approvals }) => [reviewers, approvals]),
    [
      [["legal"], 1],
      [["risk"], 2],
    ],
  );
});

test("any policy may tie a stream to the life of the token", async () => {
  assert.equal((await decide(ALLOW, "endAtTokenExpiry: true")).obligations.endAtTokenExpiry, true);
});
