import { concatMap, type OperatorFunction } from "rxjs";
import { promptView } from "../../dialects/request.js";
import type { Decision } from "../../domain/decision.js";
import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { inTurns } from "../../domain/pace.js";
import type { Clock } from "../../domain/time.js";
import { type Approval, outcomeOf } from "../../policy/approvals/approval.js";
import type { ApprovalDesk } from "../../policy/approvals/approval-desk.js";
import type { ApprovalGrant } from "../../policy/approvals/grant.js";
import type { DecideInput, Pdp } from "../../policy/pdp.js";
import type { CompletionCall } from "../call.js";
import { jsonText } from "../json-text.js";
import type { RoutedModel } from "../router.js";
import type { SessionRun } from "../session-run.js";
import type { Allowed, Asked } from "../stages.js";

export interface JudgeDeps {
  readonly pdp: Pdp;
  readonly approvals: ApprovalDesk;
  readonly clock: Clock;
}

/** Asks the PDP; where it wants a review, waits for people and asks it again. */
export function judge(deps: JudgeDeps): OperatorFunction<Asked, Allowed> {
  return concatMap(async (asked) => {
    const first = await decide(deps, asked, null);
    switch (first.effect) {
      case "allow":
        return endAtExpiry(deps, { ...asked, decision: first, permit: first.permit, approval: null });
      case "deny":
        throw first.error;
      case "review":
        return afterReview(deps, asked, first);
    }
  });
}

async function decide({ pdp }: JudgeDeps, asked: Asked, granted: ApprovalGrant | null): Promise<Decision> {
  const { run, call, target } = asked;
  const input = decideInput(run, call, target);
  const decision = await pdp.decide(granted === null ? input : { ...input, granted });
  const { effect, reasons, policyVersion, obligations } = decision;
  if (!run.hasEnded) {
    run.append({
      type: "decided",
      effect,
      reasons,
      policyVersion,
      obligations: JSON.stringify(obligations),
      atRelease: granted !== null,
    });
  }
  return decision;
}

/** What the PDP is asked about a session. */
export function decideInput(run: SessionRun, call: CompletionCall, target: RoutedModel): DecideInput {
  return {
    principal: call.principal,
    connection: { name: target.route.connection, dialect: call.dialect.name },
    model: call.request.model,
    session: run.id,
    prompt: promptView(call.request),
  };
}

/** A policy may say that a stream ends when its caller's token does. */
function endAtExpiry({ clock }: JudgeDeps, allowed: Allowed): Allowed {
  const { run, call, decision } = allowed;
  if (!decision.obligations.endAtTokenExpiry) return allowed;
  const leftMs = Math.max(0, call.principal.expiresAtMs - clock.nowMs());
  run.onEnd(
    clock.after(leftMs, () => run.end(new SluiceError("token_expired", "The caller's token has expired."))),
  );
  return allowed;
}

type Review = Extract<Decision, { effect: "review" }>;

async function afterReview(deps: JudgeDeps, asked: Asked, decision: Review): Promise<Allowed> {
  const { run, call, target, digest } = asked;
  const { approval, joined } = await deps.approvals.request({
    session: run.id,
    spec: decision.review,
    principal: call.principal,
    digest,
    connection: target.route.connection,
    model: call.request.model,
    policyVersion: decision.policyVersion,
    sealedRequest: Buffer.from(await inTurns(jsonText(call.request.native))),
  });
  const { policy, rule, reviewers, approvals: approvalsNeeded, onPending } = decision.review;
  run.append({
    type: "review_requested",
    approval: approval.id,
    policy,
    rule,
    reviewers,
    approvalsNeeded,
    expiresAtMs: approval.expiresAtMs,
  });
  if (onPending === "reject" && !(joined && approval.state === "approved")) throw pending(approval);
  run.pendingApproval = approval.id;
  const settled = await settlement(deps, asked, approval.id);
  run.pendingApproval = null;
  const outcome = outcomeOf(settled.state) ?? "voided";
  const votes = settled.votes.map(({ by, verdict, reason, atMs }) => ({ by, verdict, reason, atMs }));
  run.append({ type: "review_decided", approval: settled.id, outcome, votes });
  run.append({ type: "segment", cause: "review", atMs: deps.clock.nowMs() });
  if (outcome !== "approved") throw refusal(settled);
  // Two identical requests may have joined one approval; who comes second asks for one of its own.
  if (settled.state === "consumed") return afterReview(deps, asked, decision);
  const released = await release(deps, asked, settled);
  return released ?? afterReview(deps, asked, decision);
}

/** Waits for the votes; a session that ends meanwhile waits no longer. */
function settlement({ approvals }: JudgeDeps, { run }: Asked, id: string): Promise<Approval> {
  return new Promise((resolve, reject) => {
    const stop = approvals.onSettled(id, resolve);
    run.onEnd(() => {
      stop();
      reject(new SluiceError("cancelled", "The session ended before the review did.", { approval: id }));
    });
  });
}

/**
 * The second decision, with today's policy; the grant is used up before the upstream opens. Null: an
 * identical request that had joined was faster.
 */
async function release(deps: JudgeDeps, asked: Asked, approval: Approval): Promise<Allowed | null> {
  const grant = deps.approvals.grant(approval.id);
  if (grant === null) {
    throw new SluiceError("approval_expired", "The approval was granted, but is used up or has lapsed.", {
      approval: approval.id,
    });
  }
  const second = await decide(deps, asked, grant);
  if (second.effect !== "allow") {
    await deps.approvals.void(approval.id, "Policy has changed since the review was asked for.");
    if (second.effect === "deny") throw second.error;
    throw new SluiceError(
      "policy_denied",
      "Policy asks for another review than the one that was given; ask again.",
      {
        policy: second.review.policy,
        rule: second.review.rule,
        approval: approval.id,
      },
    );
  }
  if (!(await consumed(deps, approval.id))) return null;
  return endAtExpiry(deps, { ...asked, decision: second, permit: second.permit, approval: approval.id });
}

async function consumed({ approvals }: JudgeDeps, id: string): Promise<boolean> {
  try {
    await approvals.consume(id);
    return true;
  } catch (thrown) {
    if (asSluiceError(thrown).code === "conflict") return false;
    throw thrown;
  }
}

function pending({ id, review: { policy, rule } }: Approval): SluiceError {
  return new SluiceError(
    "approval_pending",
    `A reviewer must approve this first (approval ${id}); repeat the request to join it.`,
    {
      approval: id,
      policy,
      rule,
    },
  );
}

function refusal({ id, state, votes, review: { policy, rule } }: Approval): SluiceError {
  const details = { approval: id, policy, rule };
  if (state === "rejected") {
    const reason = votes.find(({ verdict }) => verdict === "reject")?.reason ?? "";
    return new SluiceError("approval_rejected", `A reviewer rejected the request: ${reason}`, details);
  }
  if (state === "cancelled") return new SluiceError("cancelled", "The review was cancelled.", details);
  return new SluiceError("approval_expired", "Nobody approved the request in time.", details);
}
