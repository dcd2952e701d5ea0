import assert from "node:assert/strict";
import { test } from "node:test";
import { reachOf, type UnderWay } from "../../src/policy/reload-reach.js";
import { load, principal } from "./world.js";

const BEFORE = `
policies:
  - { name: finance, who: { groups: [finance] }, connections: [openai], models: ["gpt-*"], prompt: [ { id: t, deny: { topic: birch } } ] }
  - { name: risk, who: { groups: [risk] }, connections: [openai], models: ["gpt-*"] }
  - { name: ours, who: { everyone: true }, connections: [openai], models: ["gpt-*"], prompt: [ { id: d, deny: { words: [x] } } ], mode: observe }
topics: { birch: { words: [birch] } }
`;
const underWay = (group: string, model = "gpt-5"): UnderWay => ({
  principal: principal({ groups: [group] }),
  connection: { name: "openai" },
  model,
});
const reach = (change: (text: string) => string) => reachOf(load(BEFORE), load(change(BEFORE)));

const TABLE: readonly (readonly [string, (text: string) => string, string, boolean, boolean])[] = [
  ["a comment", (text) => `# why\n${text}`, "finance", false, true],
  [
    "a word of a topic that its rule names",
    (text) => text.replace("[birch] }", "[birch, alder] }"),
    "finance",
    true,
    true,
  ],
  [
    "a rule of somebody else's policy",
    (text) => text.replace("topic: birch", "words: [y]").replace(/topics.*/, ""),
    "risk",
    false,
    true,
  ],
  [
    "the policy that named it, gone",
    (text) => text.replace(/ {2}- \{ name: risk.*\n/, ""),
    "risk",
    true,
    false,
  ],
  [
    "its group, no longer named",
    (text) => text.replace("groups: [risk]", "groups: [audit]"),
    "risk",
    true,
    false,
  ],
  ["a policy that only observes", (text) => text.replace("words: [x]", "words: [z]"), "nobody", true, false],
];
for (const [what, change, group, concerns, mayGoOn] of TABLE) {
  test(`a reload of ${what} ${concerns ? "is judged" : "changes nothing"} for ${group}`, () => {
    const found = reach(change);
    assert.deepEqual([found.concerns(underWay(group)), found.mayGoOn(underWay(group))], [concerns, mayGoOn]);
  });
}

test("a model that policies do not name is concerned by none of them", () => {
  const found = reach((text) => text.replace("words: [x]", "words: [z]"));
  assert.equal(found.concerns(underWay("finance", "o3")), false);
});
