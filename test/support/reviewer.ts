import { setTimeout as pause } from "node:timers/promises";
import type { Running } from "../../src/compose.js";
import type { Principal } from "../../src/domain/principal.js";
import type { Approval } from "../../src/policy/approvals/approval.js";

/** Somebody of the group `compliance`, as a token would make them. */
export const REVIEWER: Principal = {
  issuer: "https://issuer.example",
  subject: "rita",
  groups: ["compliance"],
  roles: ["caller", "reviewer"],
  team: null,
  tenant: "t",
  attributes: {},
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};

/** The approvals that wait, once there are so many of them. */
export async function pendingOnes(running: Running, count = 1): Promise<readonly Approval[]> {
  for (let tries = 0; tries < 3000; tries++) {
    const pending = running.approvals.list(REVIEWER, { states: ["pending"] });
    if (pending.length >= count) return pending;
    await pause(10);
  }
  throw new Error(`${count} reviews were not asked for`);
}

/** Votes on what the reviewer saw. */
export function vote(
  running: Running,
  { id, version: expectedVersion, digest }: Approval,
  {
    verdict,
    reason = "as tested",
    by = REVIEWER,
  }: { verdict: "approve" | "reject"; reason?: string; by?: Principal },
): Promise<Approval> {
  return running.approvals.vote(id, by, { verdict, reason, expectedVersion, digest });
}
