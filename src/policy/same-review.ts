import type { ReviewRequirement, ReviewSpec } from "../domain/decision.js";

/** Whether what was granted is what is asked now: the same rules, the same people, as many of them. */
export function sameReview(granted: ReviewSpec, asked: ReviewSpec): boolean {
  const have = granted.requirements.map(keyOf).sort();
  const want = asked.requirements.map(keyOf).sort();
  return have.length === want.length && have.every((key, index) => key === want[index]);
}

function keyOf({ policy, rule, reviewers, approvals }: ReviewRequirement): string {
  return JSON.stringify([policy, rule, [...reviewers].sort(), approvals]);
}
