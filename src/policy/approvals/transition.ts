import { SluiceError } from "../../domain/errors.js";
import { type PrincipalName, samePrincipal } from "../../domain/principal.js";
import type { Approval, CountedVote } from "./approval.js";

/** What may happen to an approval. Who may cause it has been checked before. */
export type ApprovalEvent =
  | {
      readonly type: "vote";
      readonly vote: CountedVote;
      readonly expectedVersion: number;
      readonly digest: string;
      /** How long a grant may stay unused. */
      readonly grantMs: number;
    }
  | { readonly type: "consume" }
  | { readonly type: "cancel"; readonly by: PrincipalName; readonly reason: string }
  | { readonly type: "void"; readonly reason: string }
  | { readonly type: "expire" };

/**
 * The approval after an event: pending -> approved -> consumed, or rejected, expired, cancelled, voided.
 * @throws SluiceError `conflict` when the event came too late or saw another version,
 *   `approval_expired` and `approval_rejected` where that is why.
 */
export function transition(approval: Approval, event: ApprovalEvent, nowMs: number): Approval {
  switch (event.type) {
    case "vote":
      return vote(approval, event, nowMs);
    case "consume":
      requireState(approval, "approved");
      return moved(approval, { state: "consumed", settledAtMs: nowMs });
    case "cancel":
      requireOpen(approval);
      return moved(approval, {
        state: "cancelled",
        settledAtMs: nowMs,
        note: `${event.by.subject}: ${event.reason}`,
      });
    case "void":
      requireOpen(approval);
      return moved(approval, { state: "voided", settledAtMs: nowMs, note: event.reason });
    case "expire":
      requireOpen(approval);
      return moved(approval, { state: "expired", settledAtMs: nowMs });
  }
}

function vote(approval: Approval, event: Extract<ApprovalEvent, { type: "vote" }>, nowMs: number): Approval {
  requireState(approval, "pending");
  if (event.digest !== approval.digest) {
    throw conflict(approval, "The digest is not that of the request under review; read it again.");
  }
  if (event.expectedVersion !== approval.version) {
    throw conflict(
      approval,
      `It has changed since version ${event.expectedVersion}${lastVote(approval)}; read it again.`,
    );
  }
  if (approval.votes.some(({ by }) => samePrincipal(by, event.vote.by))) {
    throw conflict(approval, "You have voted already; another person must decide.");
  }
  const votes = [...approval.votes, event.vote];
  if (event.vote.verdict === "reject")
    return moved(approval, { votes, state: "rejected", settledAtMs: nowMs });
  if (!isMet(approval, votes)) return moved(approval, { votes });
  return moved(approval, {
    votes,
    state: "approved",
    settledAtMs: nowMs,
    expiresAtMs: nowMs + event.grantMs,
  });
}

/** Every requirement has as many different people behind it as it asks. */
function isMet(approval: Approval, votes: readonly CountedVote[]): boolean {
  return approval.review.requirements.every(({ approvals }, index) => {
    const people = votes.filter(({ verdict, counts }) => verdict === "approve" && counts.includes(index));
    return people.length >= approvals;
  });
}

function moved(approval: Approval, change: Partial<Approval>): Approval {
  return { ...approval, ...change, version: approval.version + 1 };
}

function requireOpen(approval: Approval): void {
  if (approval.state !== "approved") requireState(approval, "pending");
}

function requireState(approval: Approval, state: "pending" | "approved"): void {
  if (approval.state === state) return;
  switch (approval.state) {
    case "expired":
      throw new SluiceError("approval_expired", "The approval has expired.", { approval: approval.id });
    case "rejected":
      throw new SluiceError("approval_rejected", `The approval was rejected${lastVote(approval)}.`, {
        approval: approval.id,
      });
    case "pending":
      throw new SluiceError("approval_pending", "The approval is still pending.", { approval: approval.id });
    case "approved":
      throw conflict(approval, `It was approved${lastVote(approval)}.`);
    case "consumed":
      throw conflict(approval, "Its grant has been used.");
    case "cancelled":
    case "voided":
      throw conflict(approval, `It was ${approval.state}.`);
  }
}

function lastVote(approval: Approval): string {
  const last = approval.votes.at(-1);
  return last === undefined ? "" : ` by ${last.by.subject} at ${new Date(last.atMs).toISOString()}`;
}

function conflict(approval: Approval, message: string): SluiceError {
  return new SluiceError("conflict", message, { approval: approval.id });
}
