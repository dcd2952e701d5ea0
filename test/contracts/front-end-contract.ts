import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Running } from "../../src/compose.js";
import type { Principal } from "../../src/domain/principal.js";
import { parseSessionId } from "../../src/domain/session-id.js";
import { drain } from "../recording/fixtures.js";
import type { Seen, Way } from "./way.js";

/** What the suite needs of the gateway behind a way. */
export interface ContractWorld {
  readonly running: Running;
  token(subject: string, groups: readonly string[], claims?: Record<string, unknown>): Promise<string>;
  /** Who a token is, as the gateway sees it. */
  principal(token: string): Promise<Principal>;
}

export interface ContractOptions {
  /** The answer comes as a stream; false: as one body. */
  readonly streams: boolean;
  /** A lost connection is a cancel; false: the session goes on for a grace. */
  readonly dropCancels: boolean;
}

const LONG = "please count";
const MASKED = "draft the reply to the customer";

/** The cases that every way in must pass: one decision, one log, one text, whichever carries it. */
export function frontEndContract(world: () => ContractWorld, way: () => Way, options: ContractOptions): void {
  const ada = (): Promise<string> => world().token("ada", ["staff"]);

  test("an allowed request gets the whole answer", async () => {
    const seen = await way().ask({ token: await ada(), prompt: "repeat: one two three" });
    assert.equal(seen.outcome, "complete");
    assert.equal(seen.text, "one two three");
    await assertLogged(seen, "one two three", "complete");
  });

  test("a card and an address split over chunks arrive masked, and the log holds the same text", async () => {
    const seen = await way().ask({ token: await ada(), prompt: MASKED });
    assert.equal(seen.outcome, "complete");
    assert.match(seen.text, /<EMAIL_ADDRESS>.*<CREDIT_CARD>/);
    assert.doesNotMatch(seen.text, /mer@exam|4111/);
    await assertLogged(seen, seen.text, "complete");
  });

  test("a denial names policy, rule and message, and reaches no model", async () => {
    const seen = await way().ask({ token: await ada(), prompt: "Summarise project alder" });
    assert.equal(seen.outcome, "policy_denied");
    assert.equal(seen.message, "Codenames must not leave.");
    assert.deepEqual([seen.policy, seen.rule], ["staff", "no-codenames"]);
    assert.equal(seen.text, "");
    const types = await entryTypes(seen.session);
    assert.deepEqual(types, ["opened", "decided", "ended"]);
  });

  test("a stream that policy cuts ends with the denial, never like a whole one", async () => {
    const token = await world().token("cara", ["careful"]);
    const seen = await way().ask({ token, prompt: MASKED });
    assert.equal(seen.outcome, "policy_denied");
    assert.doesNotMatch(seen.text, /4111/);
    if (options.streams) assert.match(seen.text, /Dear customer/);
  });

  test("an unknown model is named as such", async () => {
    const seen = await way().ask({ token: await ada(), prompt: "hi", model: "no-such-model" });
    assert.equal(seen.outcome, "model_not_found");
  });

  test("a dead upstream is named as such, and the gateway stays up", async () => {
    const seen = await way().ask({ token: await ada(), prompt: "hi", model: "dead" });
    assert.equal(seen.outcome, "upstream_unavailable");
    assert.equal(seen.text, "");
    assert.equal((await way().ask({ token: await ada(), prompt: "repeat: up" })).text, "up");
  });

  test("a malformed request is refused, and says where", async () => {
    const seen = await way().malformed(await ada());
    assert.equal(seen.outcome, "invalid_request");
    assert.notEqual(seen.message, "");
  });

  test("an unknown key is refused by its name", async () => {
    const seen = await way().unknownKey(await ada());
    assert.equal(seen.outcome, "invalid_request");
  });

  test("a request over the limit is too large, and the gateway stays up", async () => {
    const seen = await way().ask({ token: await ada(), prompt: "x".repeat(100_000) });
    assert.ok(["too_large", "grpc-8"].includes(seen.outcome), seen.outcome);
    assert.equal((await way().ask({ token: await ada(), prompt: "repeat: up" })).text, "up");
  });

  test("no token, a wrong one and an expired one are refused alike", async () => {
    const expired = await world().token("ada", ["staff"], { exp: Math.floor(Date.now() / 1000) - 60 });
    const foreign = await world().token("ada", ["staff"], { aud: "somebody-else" });
    for (const token of [null, "not-a-token", expired, foreign]) {
      const seen = await way().ask({ token, prompt: "hi" });
      assert.equal(seen.outcome, "unauthenticated");
      assert.equal(seen.session, "");
      if (token !== null) assert.ok(!seen.message.includes(token), "the token is repeated");
    }
  });

  test("a session of somebody else is not found", async () => {
    const { session } = await way().ask({ token: await ada(), prompt: "repeat: mine" });
    const eve = await world().token("eve", ["staff"]);
    const seen = await way().attach({ token: eve, session, afterSeq: 0 });
    assert.equal(seen.outcome, "not_found");
    assert.equal(seen.text, "");
  });

  test("an attach reads on after the number last seen, without gap or repeat", async () => {
    const token = await ada();
    const { session, text } = await way().ask({ token, prompt: MASKED });
    const whole = await way().attach({ token, session, afterSeq: 0 });
    assert.equal(whole.text, text);
    for (const afterSeq of [1, 7, whole.seqs.at(-2) ?? 0]) {
      const rest = await way().attach({ token, session, afterSeq });
      assert.deepEqual(
        rest.seqs,
        whole.seqs.filter((seq) => seq > afterSeq),
      );
      assert.equal(rest.outcome, "complete");
    }
  });

  test("an operator's stop ends it within a second, and the caller is told", {
    skip: !options.streams,
  }, async () => {
    const reading = await way().begin({ token: await ada(), prompt: LONG, model: "slow" });
    await reading.firstText;
    const stoppedAt = performance.now();
    await world().running.gateway.stop(reading.session, await operator(), "not now");
    const seen = await reading.seen;
    assert.equal(seen.outcome, "stopped");
    assert.ok(performance.now() - stoppedAt < 1000);
  });

  test("a client that goes away", { skip: !options.streams }, async () => {
    const token = await ada();
    const reading = await way().begin({ token, prompt: LONG, model: "slow" });
    await reading.firstText;
    reading.drop();
    if (options.dropCancels) {
      await ended(reading.session, "cancelled");
      return;
    }
    const attached = way().attach({ token, session: reading.session, afterSeq: 0 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await world().running.gateway.cancel(reading.session, await world().principal(token));
    const seen = await attached;
    assert.equal(seen.outcome, "cancelled");
    assert.ok(seen.text.startsWith("1 2 3"));
    assert.deepEqual(seen.seqs, [...new Set(seen.seqs)]);
  });

  async function operator(): Promise<Principal> {
    return world().principal(await world().token("olga", ["platform"]));
  }

  async function entryTypes(session: string): Promise<readonly string[]> {
    return (await entries(session)).map(({ type }) => type);
  }

  async function entries(session: string) {
    const { log } = world().running;
    const id = parseSessionId(session);
    assert.ok(id !== null, `no session: ${session}`);
    const reader = await log.reader(id);
    assert.ok(reader !== null);
    return drain(reader.cursor({ afterSeq: 0, live: true }));
  }

  async function assertLogged(seen: Seen, text: string, outcome: string): Promise<void> {
    const all = await entries(seen.session);
    const logged = all.map((entry) => (entry.type === "chunk" ? entry.text : "")).join("");
    assert.equal(logged, text);
    const last = all.at(-1);
    assert.equal(last?.type === "ended" ? last.outcome : "", outcome);
  }

  /** Looks from outside: a reader of the log would count as somebody who is still there. */
  async function ended(session: string, outcome: string): Promise<void> {
    const id = parseSessionId(session);
    assert.ok(id !== null, `no session: ${session}`);
    for (let waitedMs = 0; waitedMs < 1000; waitedMs += 20) {
      const summary = await world().running.log.summary(id);
      if (summary?.outcome === outcome) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail(`session ${session} has not ended as ${outcome} within a second`);
  }
}
