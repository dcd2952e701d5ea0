import assert from "node:assert/strict";
import { test } from "node:test";
import { SluiceError } from "../../src/domain/errors.js";
import { systemClock } from "../../src/domain/time.js";
import { PolicyStore } from "../../src/policy/policy-store.js";
import { type AdmitInput, RateGate } from "../../src/policy/rate-gate.js";
import { asking, load, principal } from "./world.js";

const document = (rates: string, mode = "enforce") => `
policies:
  - { name: p, who: { everyone: true }, connections: [openai], models: ["*"], rates: ${rates}, mode: ${mode} }
`;
const gateOf = (rates: string, mode?: string) =>
  new RateGate({ policies: load(document(rates, mode)), clock: systemClock });
const input = (promptTokens: number | null = null, fields = {}): AdmitInput => ({
  ...asking({ principal: principal(fields) }),
  promptTokens,
});

async function refusal(gate: RateGate, asked: AdmitInput): Promise<SluiceError> {
  try {
    await gate.admit(asked);
  } catch (thrown) {
    assert.ok(thrown instanceof SluiceError);
    return thrown;
  }
  return assert.fail("it was let in");
}

test("requests of a minute are counted for each principal alone", async () => {
  const gate = gateOf("{ requestsPerMinute: 2 }");
  await gate.admit(input());
  await gate.admit(input());
  const error = await refusal(gate, input());
  assert.equal(error.code, "rate_limited");
  assert.deepEqual([error.details.policy, error.details.rule], ["p", "rates.requestsPerMinute"]);
  const { retryAfterMs = 0 } = error.details;
  assert.ok(retryAfterMs > 55_000 && retryAfterMs <= 60_000, String(retryAfterMs));
  await gate.admit(input(null, { subject: "bob" }));
});

test("a team shares its rates, whoever of it asks", async () => {
  const gate = gateOf("{ requestsPerMinute: 10, team: { requestsPerMinute: 2 } }");
  await gate.admit(input(null, { subject: "ann" }));
  await gate.admit(input(null, { subject: "bob" }));
  assert.equal(
    (await refusal(gate, input(null, { subject: "cy" }))).details.rule,
    "rates.team.requestsPerMinute",
  );
  await gate.admit(input(null, { subject: "cy", team: "other" }));
  await gate.admit(input(null, { subject: "dee", tenant: "elsewhere" }));
  await gate.admit(input(null, { subject: "eve", team: null }));
});

test("open streams are given back once, however often they are released", async () => {
  const gate = gateOf("{ streams: 1 }");
  const admission = await gate.admit(input());
  assert.equal((await refusal(gate, input())).code, "rate_limited");
  admission.release();
  admission.release();
  const again = await gate.admit(input());
  assert.equal((await refusal(gate, input())).details.rule, "rates.streams");
  again.release();
});

test("tokens are taken at admission by the prompt and settled to what was used", async () => {
  const gate = gateOf("{ tokensPerMinute: 100 }");
  const first = await gate.admit(input(60));
  assert.equal((await refusal(gate, input(41))).code, "rate_limited");
  await first.settle({ totalTokens: 90 });
  await first.settle({ totalTokens: 0 });
  assert.equal((await refusal(gate, input(11))).code, "rate_limited");
  await gate.admit(input(10));
});

test("a bound that was too high is given back when the use is known", async () => {
  const gate = gateOf("{ tokensPerDay: 100 }");
  const first = await gate.admit(input(90));
  await first.settle({ totalTokens: 30 });
  await gate.admit(input(70));
});

test("what is refused counts nowhere", async () => {
  const gate = gateOf("{ requestsPerMinute: 2, tokensPerMinute: 10, streams: 2 }");
  for (let times = 0; times < 5; times++) await refusal(gate, input(11));
  const a = await gate.admit(input(5));
  const b = await gate.admit(input(5));
  a.release();
  b.release();
});

test("a prompt that no empty window would hold is denied, since waiting cannot help", async () => {
  const error = await refusal(gateOf("{ tokensPerMinute: 10 }"), input(11));
  assert.equal(error.code, "policy_denied");
  assert.equal(error.details.retryAfterMs, undefined);
});

test("a policy in mode observe refuses nobody and says whom it would have refused", async () => {
  const gate = gateOf("{ requestsPerMinute: 1, streams: 1 }", "observe");
  assert.deepEqual((await gate.admit(input())).observed, []);
  assert.deepEqual((await gate.admit(input())).observed, [
    { policy: "p", rule: "rates.streams" },
    { policy: "p", rule: "rates.requestsPerMinute" },
  ]);
});

test("of many requests at once exactly as many pass as the rate allows", async () => {
  const gate = gateOf("{ requestsPerMinute: 7, tokensPerMinute: 1000, streams: 5 }");
  const answers = await Promise.allSettled(Array.from({ length: 40 }, () => gate.admit(input(1))));
  assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 5);
});

test("a reload changes limits without forgetting what was used", async () => {
  const store = new PolicyStore(load(document("{ requestsPerMinute: 1 }")));
  const gate = new RateGate({ policies: store, clock: systemClock });
  await gate.admit(input());
  assert.equal((await refusal(gate, input())).code, "rate_limited");
  store.replace(document("{ requestsPerMinute: 2 }"));
  await gate.admit(input());
  assert.equal((await refusal(gate, input())).code, "rate_limited");
});
