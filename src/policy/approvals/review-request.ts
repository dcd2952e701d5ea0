import type { ReviewSpec } from "../../domain/decision.js";
import type { Principal } from "../../domain/principal.js";
import type { Approval } from "./approval.js";

/** What a session asks people to decide over. */
export interface ReviewRequest {
  readonly session: string;
  readonly spec: ReviewSpec;
  readonly principal: Principal;
  readonly digest: string;
  readonly connection: string;
  readonly model: string;
  readonly policyVersion: string;
  /** The exact request as judged; the store seals it. */
  readonly sealedRequest: Uint8Array;
}

/** An approval at its beginning. */
export function newApproval(
  input: ReviewRequest,
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): Approval {
  const { issuer, subject, team, tenant } = input.principal;
  return {
    id,
    session: input.session,
    requester: { issuer, subject, team, tenant },
    connection: input.connection,
    model: input.model,
    digest: input.digest,
    policyVersion: input.policyVersion,
    review: input.spec,
    state: "pending",
    votes: [],
    version: 1,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + input.spec.expiresMs,
    settledAtMs: null,
    note: null,
  };
}
