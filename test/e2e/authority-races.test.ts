/**
 * Approve, reject, cancel, expiry and the caller's own cancel meet in the whole gateway: one winner, at most one
 * call of the model, a grant for one use. SLUICE_RACES sets how many; 1,000 is the long run.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { asSluiceError } from "../../src/domain/errors.js";
import type { Principal } from "../../src/domain/principal.js";
import type { Approval } from "../../src/policy/approvals/approval.js";
import type { Seen } from "../contracts/way.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { REVIEWER, vote } from "../support/reviewer.js";
import { seeded } from "../support/seeded.js";
import { answerTo } from "../support/streams.js";
import { everyWay, type ToldWay } from "../support/ways.js";

keepAlive();

const RACES = Number(process.env["SLUICE_RACES"] ?? "75");
/** Races that run side by side; each has a caller of its own. */
const TOGETHER = 25;
const ANSWER = "48 million";
const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    prompt: [{ id: all, review: { always: true, reviewers: { groups: [compliance] }, expires: 1s } }]
`;

const OTHER: Principal = { ...REVIEWER, subject: "raul" };
const OPERATOR: Principal = { ...REVIEWER, subject: "op", roles: ["caller", "operator"], groups: [] };

type Move = "approve" | "approve-too" | "reject" | "cancel" | "caller-cancels" | "nothing";
const MOVES: readonly Move[] = [
  "approve",
  "approve",
  "approve-too",
  "reject",
  "cancel",
  "caller-cancels",
  "nothing",
];
const VOTED = "the reviewer decided";

let place: GatewayFolder;
let running: Running;
let ways: readonly ToldWay[] = [];
let closeWays = (): void => {};
const calls = new Map<string, number>();

async function start(): Promise<void> {
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  running = await compose(loadConfig(place.file, {}), quiet);
  ({ ways, close: closeWays } = everyWay({
    url: `http://127.0.0.1:${running.http.port}`,
    grpcAddress: `127.0.0.1:${running.grpc.port}`,
  }));
}

async function stop(): Promise<void> {
  closeWays();
  await running.close();
}

async function open(policies: string): Promise<void> {
  calls.clear();
  place = await openFolder("approvals: { heartbeat: 1s }\n", policies);
  place.model.tell((request) => {
    const name = /race-\d+/.exec(request.body)?.[0] ?? "";
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return answerTo(request, ANSWER);
  });
  await start();
}

async function shut(): Promise<void> {
  await stop();
  await place.close();
}

/** The approval of one caller, once it waits. */
async function approvalOf(subject: string): Promise<Approval> {
  for (let tries = 0; tries < 3000; tries++) {
    const found = running.approvals.list(REVIEWER).find(({ requester }) => requester.subject === subject);
    if (found !== undefined) return found;
    await pause(5);
  }
  throw new Error(`${subject} waits for no review`);
}

async function play(move: Move, approval: Approval): Promise<string> {
  const { id, session, requester } = approval;
  switch (move) {
    case "approve":
      return (await vote(running, approval, { verdict: "approve", reason: VOTED })).state;
    case "approve-too":
      return (await vote(running, approval, { verdict: "approve", reason: VOTED, by: OTHER })).state;
    case "reject":
      return (await vote(running, approval, { verdict: "reject", reason: VOTED, by: OTHER })).state;
    case "cancel":
      return (await running.approvals.cancel(id, OPERATOR, "no longer")).state;
    case "caller-cancels": {
      const caller = { ...REVIEWER, groups: [], roles: ["caller"] as const, ...requester };
      return (await running.gateway.cancel(session, caller)) ? "session cancelled" : "nothing to cancel";
    }
    case "nothing":
      return "nothing";
  }
}

const MAY_LOSE = new Set(["conflict", "approval_expired", "approval_rejected", "not_found"]);

/** One race: its moves come at moments around the expiry, or at once. */
async function race(number: number): Promise<void> {
  const random = seeded(number + 1);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const way = ways[number % ways.length];
  assert.ok(way !== undefined);
  const name = `race-${number}`;
  const token = await place.token(name);
  const ask = (): Promise<Seen> => way.ask({ token, prompt: `${name} what was it?`, model: way.model });
  const asked = [ask()];
  const approval = await approvalOf(name);
  // Some repeat themselves while they wait, as SDKs do, and join.
  if (random() < 0.3) asked.push(ask());
  const moves = Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(MOVES));
  const leftMs = Math.max(0, approval.expiresAtMs - Date.now());
  const atMs = random() < 0.5 ? 0 : leftMs;
  const played = await Promise.allSettled(
    moves.map(async (move) => {
      await pause(Math.max(0, atMs + (random() - 0.5) * 6));
      return play(move, approval);
    }),
  );
  for (const each of played)
    if (each.status === "rejected")
      assert.ok(MAY_LOSE.has(asSluiceError(each.reason).code), String(each.reason));
  const seen = await Promise.all(asked);
  // The last reads of a state that was settled: consumed and cancelled sessions settle after their answer.
  const { state } = running.approvals.get(approval.id, REVIEWER);
  const won = played.map((each) => (each.status === "fulfilled" ? each.value : "lost"));
  const told = `${name}, ${way.name}: ${moves.join()} -> ${won.join()}; ${seen.map(({ outcome }) => outcome).join()}; ${state}`;
  const count = calls.get(name) ?? 0;
  const answered = seen.filter(({ outcome }) => outcome === "complete").length;
  assert.ok(won.filter((each) => each === "approved").length <= 1, told);
  assert.ok(won.filter((each) => each === "rejected" || each === "cancelled").length <= 1, told);
  assert.ok(!(won.includes("approved") && won.includes("rejected")), told);
  assert.ok(count <= 1 && answered <= count, `${count} calls; ${told}`);
  if (count === 1) assert.equal(state, "consumed", told);
  if (won.includes("rejected")) assert.deepEqual([state, count], ["rejected", 0], told);
  if (won.includes("cancelled")) assert.deepEqual([state, count], ["cancelled", 0], told);
  for (const { outcome } of seen) assert.ok(outcome !== "" && outcome !== "internal", told);
}

describe(`${RACES} races over the whole gateway`, () => {
  before(() => open(POLICIES));
  after(shut);

  it("have one winner each, and at most one call of the model", async () => {
    for (let begun = 0; begun < RACES; begun += TOGETHER) {
      const batch = Array.from({ length: Math.min(TOGETHER, RACES - begun) }, (_, index) =>
        race(begun + index),
      );
      await Promise.all(batch);
    }
    const totals = [...calls.values()];
    // The races are worth something only where some are won by each side.
    assert.ok(
      totals.length > RACES / 20 && totals.length < RACES,
      `${totals.length} of ${RACES} were answered`,
    );
  });

  it("leave nothing sealed behind", async () => {
    for (const approval of running.approvals.list(REVIEWER, { states: ["pending", "approved"] }))
      await running.approvals.cancel(approval.id, OPERATOR, "the races are over").catch(() => {});
    assert.equal(await place.written("approvals"), "");
  });
});

describe("a restart between asking and deciding", () => {
  before(() => open(POLICIES.replace("expires: 1s", "expires: 5m")));
  after(shut);

  const asker = async (number: number): Promise<() => Promise<Seen>> => {
    const way = ways[number];
    assert.ok(way !== undefined);
    const token = await place.token(`race-${number}`);
    return () => way.ask({ token, prompt: `race-${number} what was it?`, model: way.model });
  };

  it("keeps the reviews; whoever asks again joins theirs, and is answered once", async () => {
    const numbers = ways.map((_way, index) => index);
    const asks = await Promise.all(numbers.map(asker));
    const ended = asks.map((ask) => ask());
    const before = await Promise.all(numbers.map((number) => approvalOf(`race-${number}`)));
    await stop();
    for (const { outcome } of await Promise.all(ended)) assert.notEqual(outcome, "complete");
    await start();
    const after = await Promise.all(numbers.map((number) => approvalOf(`race-${number}`)));
    assert.deepEqual(
      after.map(({ id, state, digest }) => [id, state, digest]),
      before.map(({ id, digest }) => [id, "pending", digest]),
    );
    // Some are granted while their caller is gone, and used after one more restart.
    for (const approval of after.slice(0, 5)) await vote(running, approval, { verdict: "approve" });
    await stop();
    await start();
    assert.equal(calls.size, 0);
    const again = await Promise.all(numbers.map(asker));
    const asked = again.map((ask) => ask());
    for (const approval of after.slice(5)) await vote(running, approval, { verdict: "approve" });
    for (const { outcome, text } of await Promise.all(asked))
      assert.deepEqual([outcome, text], ["complete", ANSWER]);
    assert.deepEqual([...new Set(calls.values())], [1]);
    assert.equal(calls.size, ways.length);
    assert.equal(running.approvals.list(REVIEWER, { states: ["pending", "approved"] }).length, 0);
  });
});
