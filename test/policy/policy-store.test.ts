import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPolicies } from "../../src/policy/load-policies.js";
import { PolicyStore, type Reload } from "../../src/policy/policy-store.js";
import { asking, load, pdpOf, SURROUNDINGS } from "./world.js";

const policy = (rule: string) => `
policies:
  - { name: p, who: { everyone: true }, connections: [openai], models: ["*"], prompt: [ { id: r, ${rule} } ] }
`;
const OPEN = policy("deny: { words: [nothing] }");
const CLOSED = policy("deny: { words: [hello] }");

test("a reload takes effect with the next decision", async () => {
  const store = new PolicyStore(load(OPEN));
  const pdp = pdpOf(store);
  assert.equal((await pdp.decide(asking())).effect, "allow");
  assert.equal(store.replace(CLOSED).outcome, "replaced");
  const decision = await pdp.decide(asking());
  assert.equal(decision.effect, "deny");
  assert.equal(decision.policyVersion, store.current.version);
});

test("a file that is refused leaves the old policies on and says why", async () => {
  const store = new PolicyStore(load(CLOSED));
  const seen: Reload["outcome"][] = [];
  store.onReload(({ outcome }) => seen.push(outcome));
  const reload = store.replace(OPEN.replace("everyone", "evryone"));
  assert.ok(reload.outcome === "refused");
  assert.match(
    reload.error.message,
    /policies\.yaml:3:23: policies\[0\]\.who: the key "evryone" is not known/,
  );
  assert.equal(store.lastRefusal, reload.error);
  assert.equal((await pdpOf(store).decide(asking())).effect, "deny");
  assert.equal(store.replace(OPEN).outcome, "replaced");
  assert.equal(store.lastRefusal, null);
  assert.equal(store.replace(OPEN).outcome, "unchanged");
  assert.deepEqual(seen, ["refused", "replaced", "unchanged"]);
});

test("a decision under way keeps the policies it began with", async () => {
  const store = new PolicyStore(load(OPEN));
  const pdp = pdpOf(store);
  const before = store.current.version;
  const deciding = pdp.decide(asking());
  store.replace(CLOSED);
  const decision = await deciding;
  assert.deepEqual([decision.effect, decision.policyVersion], ["allow", before]);
});

test("a stream ends when the policies now deny it, not when they only ask more", async () => {
  const store = new PolicyStore(load(OPEN));
  const pdp = pdpOf(store);
  assert.equal(await pdp.whyEnd(asking()), null);
  store.replace(policy("review: { always: true, reviewers: { groups: [g] } }"));
  assert.equal(await pdp.whyEnd(asking()), null);
  store.replace(CLOSED);
  assert.equal((await pdp.whyEnd(asking()))?.code, "policy_denied");
});

test("a reload does not end a stream because its token has expired meanwhile", async () => {
  const store = new PolicyStore(load(OPEN));
  const late = asking({ principal: { ...asking().principal, expiresAtMs: 0 } });
  assert.equal((await pdpOf(store).decide(late)).effect, "deny");
  assert.equal(await pdpOf(store).whyEnd(late), null);
});

test("policies inside the configuration reload inside it", () => {
  const text = `listen: { http: x }\n${OPEN}`;
  const store = new PolicyStore(loadPolicies(text, { ...SURROUNDINGS, file: "sluice.yaml", embedded: true }));
  assert.equal(store.replace(text.replace("nothing", "hello")).outcome, "replaced");
});
