import type { CompletionRequest } from "../dialects/request.js";
import type { JsonObject } from "../domain/json.js";
import type { Approval } from "../policy/approvals/approval.js";
import { compact } from "./compact.js";
import { rfc3339, toVote } from "./event.js";

/** The message `sluice.v1.Approval`. */
export function toApprovalMessage(approval: Approval): JsonObject {
  const { requester, review } = approval;
  return compact({
    approvalId: approval.id,
    sessionId: approval.session,
    state: approval.state,
    requester: compact({ ...requester }),
    policy: review.policy,
    rule: review.rule,
    policyVersion: approval.policyVersion,
    connection: approval.connection,
    model: approval.model,
    reviewers: review.reviewers,
    approvalsNeeded: review.approvals,
    votes: approval.votes.map(toVote),
    createdAt: rfc3339(approval.createdAtMs),
    expiresAt: rfc3339(approval.expiresAtMs),
    version: approval.version,
    digest: approval.digest,
  });
}

/** The messages `PromptText` of a request under review. */
export function toPromptTexts(
  segments: CompletionRequest["segments"],
  matches: Approval["review"]["matches"],
): readonly JsonObject[] {
  return segments.map(({ role, text }, index) => {
    const inside = matches.filter(({ segment }) => segment === index);
    return compact({ role, text, matches: inside.map(({ start, end }) => compact({ start, end })) });
  });
}
