import assert from "node:assert/strict";
import { test } from "node:test";
import { SluiceError } from "../../../src/domain/errors.js";
import type { Approval, ApprovalState } from "../../../src/policy/approvals/approval.js";
import fc from "../../support/seeded-check.js";
import { ann, raul, reviewRequest, reviewSpec, rita, room } from "./waiting-room.js";

type Move = "approve" | "approve-other" | "reject" | "cancel" | "expire" | "consume" | "void";
const MOVES: readonly Move[] = [
  "approve",
  "approve-other",
  "reject",
  "cancel",
  "expire",
  "consume",
  "consume",
  "void",
];
const FINAL: readonly ApprovalState[] = ["consumed", "rejected", "expired", "cancelled", "voided"];

test("1,000 races of approve, reject, cancel, expiry and use have one winner each", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...MOVES), { minLength: 2, maxLength: 8 }),
      fc.integer({ min: 1, max: 2 }),
      async (moves, approvals) => {
        const { desk, clock, store } = await room();
        const { approval } = await desk.request(reviewRequest({ spec: reviewSpec({ approvals }) }));
        const settled: Approval[] = [];
        desk.onSettled(approval.id, (each) => settled.push(each));
        const vote = (by: typeof rita, verdict: "approve" | "reject") =>
          desk.vote(approval.id, by, {
            verdict,
            reason: "r",
            expectedVersion: desk.get(approval.id, by).version,
            digest: "d1",
          });
        const play = async (move: Move): Promise<Approval | null> => {
          switch (move) {
            case "approve":
              return vote(rita, "approve");
            case "approve-other":
              return vote(raul, "approve");
            case "reject":
              return vote(raul, "reject");
            case "cancel":
              return desk.cancel(approval.id, ann, "gave up");
            case "consume":
              return desk.consume(approval.id);
            case "void":
              return desk.void(approval.id, "policy changed");
            case "expire":
              clock.advance(1_800_000);
              return null;
          }
        };
        const answers = await Promise.allSettled(moves.map(play));
        for (const answer of answers)
          if (answer.status === "rejected") assert.ok(answer.reason instanceof SluiceError);
        const won = answers.flatMap((answer) =>
          answer.status === "fulfilled" && answer.value !== null ? [answer.value] : [],
        );
        const finals = won.filter(({ state }) => FINAL.includes(state));
        assert.ok(finals.length <= 1, `more than one winner: ${finals.map(({ state }) => state).join()}`);
        await new Promise((resolve) => setTimeout(resolve, 0));
        await desk.void(approval.id, "end").catch(() => {});
        const last = desk.get(approval.id, rita);
        assert.ok(FINAL.includes(last.state));
        if (finals[0] !== undefined) assert.equal(last.state, finals[0].state);
        assert.equal(settled.length, 1);
        assert.equal(
          new Set(won.map(({ version }) => version)).size,
          won.length,
          "every change has its own version",
        );
        assert.equal(store.items.size, 0);
        desk.close();
      },
    ),
    { numRuns: 1000 },
  );
});
