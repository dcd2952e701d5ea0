import type { ReviewSpec } from "../../domain/decision.js";
import type { ReviewOutcome, Vote } from "../../domain/entry.js";
import type { PrincipalName } from "../../domain/principal.js";

/** `approved` holds an unused grant; everything after it is final. */
export type ApprovalState =
  | "pending"
  | "approved"
  | "consumed"
  | "rejected"
  | "expired"
  | "cancelled"
  | "voided";

/** A vote, and which of the review's requirements it counts for (by number). */
export interface CountedVote extends Vote {
  readonly counts: readonly number[];
}

/** Who asked, as reviewers see them. */
export interface Requester extends PrincipalName {
  readonly team: string | null;
  readonly tenant: string;
}

/** One review of one request. Holds nothing of the prompt; that waits sealed beside it. */
export interface Approval {
  readonly id: string;
  /** The session that asked first. */
  readonly session: string;
  readonly requester: Requester;
  readonly connection: string;
  readonly model: string;
  /** HMAC over the exact request as judged, the requester, connection and model. */
  readonly digest: string;
  readonly policyVersion: string;
  readonly review: ReviewSpec;
  readonly state: ApprovalState;
  readonly votes: readonly CountedVote[];
  /** Goes up by one with every change; a decision names the one that it saw. */
  readonly version: number;
  readonly createdAtMs: number;
  /** Wall clock: until when it may be decided, then until when the grant may be used. */
  readonly expiresAtMs: number;
  /** When it was approved or became final; null while pending. */
  readonly settledAtMs: number | null;
  /** Who cancelled it, or why it was voided. */
  readonly note: string | null;
}

export function isFinal(state: ApprovalState): boolean {
  return state !== "pending" && state !== "approved";
}

/** What a session log says of it; null while pending. A consumed grant was approved. */
export function outcomeOf(state: ApprovalState): ReviewOutcome | null {
  switch (state) {
    case "pending":
      return null;
    case "approved":
    case "consumed":
      return "approved";
    case "rejected":
    case "expired":
    case "cancelled":
    case "voided":
      return state;
  }
}
