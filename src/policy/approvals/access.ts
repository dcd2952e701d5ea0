import { SluiceError } from "../../domain/errors.js";
import { type Principal, samePrincipal } from "../../domain/principal.js";
import type { Approval } from "./approval.js";

/** Numbers of the requirements that the reviewer may decide; empty for everybody else. */
export function countsFor(approval: Approval, reviewer: Principal): readonly number[] {
  return approval.review.requirements.flatMap(({ reviewers }, index) =>
    reviewers.some((group) => reviewer.groups.includes(group)) ? [index] : [],
  );
}

/** Requesters see their own, reviewers what they are named for, auditors their team's, operators all. */
export function maySee(approval: Approval, viewer: Principal): boolean {
  if (samePrincipal(approval.requester, viewer)) return true;
  if (countsFor(approval, viewer).length > 0) return true;
  if (viewer.roles.includes("operator")) return true;
  const { team, tenant } = approval.requester;
  return (
    viewer.roles.includes("auditor") && team !== null && team === viewer.team && tenant === viewer.tenant
  );
}

/** Why a viewer may not decide, in one sentence; null: they may. */
export function whyNotDecide(approval: Approval, viewer: Principal): string | null {
  if (samePrincipal(approval.requester, viewer)) return "Nobody reviews their own request.";
  if (countsFor(approval, viewer).length === 0) {
    return `Only members of ${approval.review.reviewers.join(", ")} may decide this.`;
  }
  return approval.votes.some(({ by }) => samePrincipal(by, viewer)) ? "You have voted already." : null;
}

/** @throws SluiceError `not_found` for whoever may not even know of it, `permission_denied` for the rest. */
export function requireDecider(approval: Approval, reviewer: Principal): void {
  requireViewer(approval, reviewer);
  const own = samePrincipal(approval.requester, reviewer);
  if (!own && countsFor(approval, reviewer).length > 0) return;
  throw new SluiceError("permission_denied", whyNotDecide(approval, reviewer) ?? "You may not decide this.", {
    approval: approval.id,
  });
}

export function requireViewer(
  approval: Approval | undefined,
  viewer: Principal,
): asserts approval is Approval {
  if (approval === undefined || !maySee(approval, viewer)) {
    throw new SluiceError("not_found", "There is no such approval.");
  }
}
