import assert from "node:assert/strict";
import { test } from "node:test";
import { pdpOf, principal, prompt } from "./world.js";

const POLICIES = `
policies:
  - name: finance
    who: { groups: [finance] }
    when: "request.model != 'gpt-5-pro'"
    connections: [openai]
    models: ["gpt-*"]
    prompt:
      - { id: codenames, deny: { pattern: "project alder" } }
      - { id: size, limit: { promptTokens: 4000, completionTokens: 1000 } }
      - { id: ask, review: { words: [earnings], reviewers: { groups: [compliance] } } }
    rates: { requestsPerMinute: 60 }
  - name: everybody
    who: { everyone: true }
    connections: [openai, claude]
    models: ["*"]
    prompt: [ { id: size, limit: { promptTokens: 2000 } } ]
    permit: [images]
  - name: trial
    who: { teams: [ledger] }
    connections: [claude]
    models: ["claude-*"]
    mode: observe
`;

test("explains a principal on every connection and model, without a prompt", async () => {
  const { resolutions } = await pdpOf(POLICIES).explain({ principal: principal() });
  assert.deepEqual(
    resolutions.map(({ connection, model, effect }) => [connection, model, effect]),
    [
      ["openai", "gpt-*", "depends"],
      ["openai", "o3", "allow"],
      ["claude", "claude-*", "allow"],
    ],
  );
  const [first] = resolutions;
  assert.equal(first?.limits.promptTokens, 2000);
  assert.equal(first?.limits.completionTokens, 1000);
  assert.deepEqual(first?.rates, [{ policy: "finance", rates: first?.rates[0]?.rates }]);
  assert.deepEqual(first?.permit, ["images"]);
  assert.equal(first?.surfaces.length, 3);
});

test("says for every rule why and for every policy why not", async () => {
  const { resolutions } = await pdpOf(POLICIES).explain({
    principal: principal(),
    connection: "openai",
    model: "gpt-5",
    prompt: prompt(["about project alder", "and earnings"]),
  });
  const [only] = resolutions;
  assert.equal(only?.effect, "deny");
  assert.equal(only?.message, "Denied by policy finance, rule codenames.");
  const [finance, everybody, trial] = only?.policies ?? [];
  assert.deepEqual(
    finance?.rules.map(({ rule, effect, why }) => [rule, effect, why]),
    [
      ["codenames", "deny", "found in part 1 of the prompt"],
      ["size", "oblige", "at most promptTokens 4000, completionTokens 1000"],
      ["ask", "review", "found in part 2 of the prompt; asks 1 of compliance"],
      ["built-in", "oblige", "has no completion rules, so the built-in set is masked"],
    ],
  );
  assert.equal(everybody?.applies, true);
  assert.deepEqual([trial?.applies, trial?.why], [false, "connections: is for claude"]);
});

const WHY_NOT: readonly (readonly [string, Parameters<typeof principal>[0], string, string])[] = [
  ["the groups", { groups: ["sales"] }, "gpt-5", "who.groups: is none of finance"],
  ["the model", {}, "o3", "models: is for gpt-*"],
  ["the condition", {}, "gpt-5-pro", "when: request.model != 'gpt-5-pro' does not hold"],
];
for (const [what, fields, model, why] of WHY_NOT) {
  test(`names ${what} when a policy does not apply`, async () => {
    const { resolutions } = await pdpOf(POLICIES).explain({
      principal: principal(fields),
      connection: "openai",
      model,
    });
    assert.equal(resolutions[0]?.policies[0]?.why, why);
  });
}

test("an explanation never holds text of the prompt", async () => {
  const explanation = await pdpOf(POLICIES).explain({
    principal: principal(),
    prompt: prompt(["project alder hush-hush"]),
  });
  assert.ok(!JSON.stringify(explanation).includes("hush"));
});
