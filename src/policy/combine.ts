import type { ReviewRequirement, ReviewSpec } from "../domain/decision.js";
import type { DecisionReason } from "../domain/entry.js";
import type { MaskRule, Obligations, RedactRule } from "../domain/obligation.js";
import { BUILT_IN } from "./built-in.js";
import { NO_POLICY } from "./no-policy.js";
import type { CompletionRule, Policy, PromptRule } from "./policy.js";
import type { Evaluation, PolicyTrace, RuleTrace } from "./trace.js";

/** The one answer of all policies together. */
export type Verdict = { readonly reasons: readonly DecisionReason[]; readonly obligations: Obligations } & (
  | { readonly effect: "allow" }
  | { readonly effect: "deny"; readonly policy: string; readonly rule: string; readonly message: string }
  | { readonly effect: "review"; readonly review: ReviewSpec }
);

/** Deny beats review beats allow; no policy at all is a denial. Policies in mode observe only leave reasons. */
export function combine(evaluation: Evaluation): Verdict {
  const applying = evaluation.policies.filter(({ applies }) => applies);
  const enforced = applying.filter(({ policy }) => policy.mode === "enforce");
  const observing = applying.filter(({ policy }) => policy.mode === "observe");
  const obligations = obligationsOf(enforced, observing);
  const reasons = [...enforced.flatMap(reasonsOf), ...observing.flatMap(observed)];
  const denial = firstDenial(evaluation, enforced);
  if (denial !== null) {
    const stands = reasons.some(({ policy, rule }) => policy === denial.policy && rule === denial.rule);
    const own: DecisionReason = {
      policy: denial.policy,
      rule: denial.rule,
      effect: "deny",
      message: denial.message,
    };
    return { effect: "deny", ...denial, obligations, reasons: stands ? reasons : [own, ...reasons] };
  }
  const review = reviewOf(enforced);
  return review === null
    ? { effect: "allow", reasons, obligations }
    : { effect: "review", review, reasons, obligations };
}

interface Denial {
  readonly policy: string;
  readonly rule: string;
  readonly message: string;
}

function firstDenial(evaluation: Evaluation, enforced: readonly PolicyTrace[]): Denial | null {
  if (enforced.length === 0) {
    return {
      policy: NO_POLICY,
      rule: "default-deny",
      message: "No policy allows this caller this model on this connection.",
    };
  }
  const [feature] = evaluation.refusedFeatures;
  if (feature !== undefined) {
    const list = evaluation.refusedFeatures.join(", ");
    return {
      policy: NO_POLICY,
      rule: "permit",
      message: `The request uses ${list}, which no policy permits.`,
    };
  }
  for (const { policy, rules } of enforced) {
    for (const rule of rules) {
      if (rule.effect === "deny")
        return { policy: policy.name, rule: rule.rule, message: denialMessage(policy, rule) };
    }
  }
  return null;
}

function denialMessage(policy: Policy, rule: RuleTrace & { readonly effect: "deny" }): string {
  return rule.message ?? `Denied by policy ${policy.name}, rule ${rule.rule}.`;
}

function reasonsOf({ policy, rules }: PolicyTrace): readonly DecisionReason[] {
  const own = (rule: string, effect: DecisionReason["effect"], message: string | null): DecisionReason => ({
    policy: policy.name,
    rule,
    effect,
    message,
  });
  const stopped = rules.some(({ effect }) => effect === "deny" || effect === "review");
  const reasons = stopped ? [] : [own("allow", "allow", null)];
  for (const rule of rules) {
    if (rule.effect === "deny") reasons.push(own(rule.rule, "deny", denialMessage(policy, rule)));
    else if (rule.effect === "review") reasons.push(own(rule.rule, "review", null));
    else if (rule.effect === "oblige") reasons.push(own(rule.rule, obligationEffect(rule.kind), null));
  }
  return reasons;
}

function obligationEffect(kind: RuleTrace["kind"]): DecisionReason["effect"] {
  switch (kind) {
    case "limit":
      return "limit";
    case "redact":
      return "redact";
    case "observe":
      return "observe";
    default:
      return "mask";
  }
}

/** What a policy in mode observe would have done. */
function observed({ policy, rules }: PolicyTrace): readonly DecisionReason[] {
  const own = (rule: string, message: string): DecisionReason => ({
    policy: policy.name,
    rule,
    effect: "observe",
    message,
  });
  const stops = rules.filter(({ effect }) => effect === "deny" || effect === "review");
  if (stops.length === 0) {
    const obliging = rules.filter(({ effect, rule }) => effect === "oblige" && rule !== BUILT_IN);
    return [
      own("allow", "would allow"),
      ...obliging.map((rule) => own(rule.rule, `would oblige: ${rule.why}`)),
    ];
  }
  return stops.map((rule) =>
    own(rule.rule, rule.effect === "deny" ? `would deny: ${rule.why}` : `would ask for review: ${rule.why}`),
  );
}

function obligationsOf(enforced: readonly PolicyTrace[], observing: readonly PolicyTrace[]): Obligations {
  const policies = enforced.map(({ policy }) => policy);
  // What an observer would mask is noted where it is found, and changes nothing.
  const noted = observing.flatMap(({ policy }) => policy.completion.filter(({ id }) => id !== BUILT_IN));
  const redacting = policies.flatMap(({ prompt }) => prompt.filter(isRedact));
  const reversible = redacting.filter(({ redact }) => redact.reversible);
  const limits = policies.flatMap(({ prompt }) =>
    prompt.flatMap((rule) => (rule.kind === "limit" ? (rule.limits.completionTokens ?? []) : [])),
  );
  return {
    mask: distinct([
      ...policies.flatMap(({ completion }) => completion.map(maskRule)),
      ...noted.map(({ entities }): MaskRule => ({ entities, action: "observe" })),
    ]),
    redact: distinct(redacting.map(({ redact }): RedactRule => redact)),
    completionTokens: limits.length === 0 ? null : Math.min(...limits),
    // Putting values back is a release: it happens only where every rule that took them out agrees.
    restoreInTools: reversible.length > 0 && reversible.every(({ restoreInTools }) => restoreInTools),
    restoreInUrls: reversible.length > 0 && reversible.every(({ restoreInUrls }) => restoreInUrls),
    endAtTokenExpiry: policies.some(({ endAtTokenExpiry }) => endAtTokenExpiry),
  };
}

function isRedact(rule: PromptRule): rule is Extract<PromptRule, { kind: "redact" }> {
  return rule.kind === "redact";
}

function maskRule({ entities, action, operator }: CompletionRule): MaskRule {
  return { entities, action, ...(operator === undefined ? {} : { operator }) };
}

function distinct<T>(rules: readonly T[]): readonly T[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

/** Every rule's demand stands; waiting and expiry follow the strictest. */
function reviewOf(enforced: readonly PolicyTrace[]): ReviewSpec | null {
  const asking = enforced.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.effect === "review" ? [rule] : [])),
  );
  const [first] = asking;
  if (first === undefined) return null;
  const requirements: readonly ReviewRequirement[] = asking.map(({ requirement }) => requirement);
  return {
    policy: first.requirement.policy,
    rule: first.requirement.rule,
    reviewers: [...new Set(requirements.flatMap(({ reviewers }) => reviewers))].sort(),
    approvals: Math.max(...requirements.map(({ approvals }) => approvals)),
    requirements,
    expiresMs: Math.min(...asking.map(({ expiresMs }) => expiresMs)),
    onPending: asking.some(({ onPending }) => onPending === "reject") ? "reject" : "wait",
    matches: asking.flatMap(({ matches }) => matches).slice(0, 100),
  };
}
