import type { PromptView } from "../domain/prompt.js";
import type { AllowOnlyRule, LimitRule, Policy, PromptRule, ReviewRule } from "./policy.js";
import type { PromptMeasure } from "./request-facts.js";
import type { Hits } from "./scan-prompt.js";
import type { RuleEffect, RuleTrace } from "./trace.js";

/** What is known of a prompt when its rules are judged. */
export interface PromptFindings {
  readonly prompt: PromptView;
  readonly hits: ReadonlyMap<string, Hits>;
  readonly promptTokens: number | null;
  readonly measure: () => PromptMeasure;
}

const NO_HITS: Hits = { places: [], messages: new Set() };

/** What one prompt rule comes to. `found` is null when there is no prompt to judge. */
export function judgeRule(policy: Policy, rule: PromptRule, found: PromptFindings | null): RuleTrace {
  const { why, ...effect } = judgement(policy, rule, found);
  return { rule: rule.id, kind: rule.kind, why, ...effect };
}

type Judgement = RuleEffect & { readonly why: string };

function judgement(policy: Policy, rule: PromptRule, found: PromptFindings | null): Judgement {
  switch (rule.kind) {
    case "deny": {
      if (rule.scan === null)
        return { effect: "deny", message: rule.message, why: "denies whatever the prompt" };
      if (found === null) return depends("denies what it finds");
      const { places } = found.hits.get(rule.scan.key) ?? NO_HITS;
      if (places.length === 0) return { effect: "none", why: "found nothing" };
      return { effect: "deny", message: rule.message, why: `found in ${segments(places)}` };
    }
    case "allowOnly":
      return found === null ? depends("denies what it does not find") : allowOnly(rule, found);
    case "review":
      return review(policy, rule, found);
    case "limit":
      return limit(rule, found);
    case "redact": {
      const what = `${rule.redact.entities.join(", ")}${rule.redact.reversible ? ", reversibly" : ""}`;
      return { effect: "oblige", why: `takes ${what} out of the prompt` };
    }
  }
}

function depends(why: string): Judgement {
  return { effect: "depends", why };
}

function segments(places: Hits["places"]): string {
  const numbers = [...new Set(places.map(({ segment }) => segment + 1))].sort((a, b) => a - b);
  const shown = numbers.slice(0, 5).join(", ");
  return `part ${shown}${numbers.length > 5 ? ", ..." : ""} of the prompt`;
}

function allowOnly(rule: AllowOnlyRule, found: PromptFindings): Judgement {
  const deny = (why: string): Judgement => ({ effect: "deny", message: rule.message, why });
  const judged = found.prompt.segments.filter(
    ({ role, text }) => rule.roles?.includes(role) !== false && text !== "",
  );
  if (judged.length === 0)
    return deny(`there is no text of ${rule.roles?.join(", ") ?? "any role"} to judge`);
  const hits = found.hits.get(rule.scan.key);
  if (rule.each === "conversation") {
    return hits === undefined
      ? deny("nothing allowed was found in the conversation")
      : none("found in the conversation");
  }
  const messages = [...new Set(judged.map(({ message }) => message))];
  const without = messages.filter((message) => hits?.messages.has(message) !== true);
  if (without.length === 0) return none(`found in each of ${messages.length} messages`);
  return deny(`nothing allowed was found in ${without.length} of ${messages.length} messages`);
}

function none(why: string): Judgement {
  return { effect: "none", why };
}

function review(policy: Policy, rule: ReviewRule, found: PromptFindings | null): Judgement {
  const asked = `${rule.approvals} of ${rule.reviewers.join(", ")}`;
  if (found === null && rule.scan !== null) return depends(`asks ${asked} about what it finds`);
  const places = rule.scan === null ? [] : (found?.hits.get(rule.scan.key) ?? NO_HITS).places;
  if (rule.scan !== null && places.length === 0) return none("found nothing");
  return {
    effect: "review",
    why: rule.scan === null ? `always asks ${asked}` : `found in ${segments(places)}; asks ${asked}`,
    requirement: { policy: policy.name, rule: rule.id, reviewers: rule.reviewers, approvals: rule.approvals },
    expiresMs: rule.expiresMs,
    onPending: rule.onPending,
    matches: places,
  };
}

function limit(rule: LimitRule, found: PromptFindings | null): Judgement {
  const { limits } = rule;
  if (found === null) return { effect: "oblige", why: limitWords(rule) };
  const { prompt, measure } = found;
  const { chars, messages } = needsMeasure(limits) ? measure() : NOT_MEASURED;
  const measured: readonly (readonly [string, number | null, number | undefined])[] = [
    ["prompt tokens", found.promptTokens, limits.promptTokens],
    ["characters", chars, limits.promptChars],
    ["messages", messages, limits.messages],
    ["tools", prompt.toolNames.length, limits.tools],
    ["choices", prompt.choices, limits.choices],
  ];
  for (const [what, value, most] of measured) {
    if (most === undefined) continue;
    if (value === null) throw new Error(`${what} were not counted`);
    if (value <= most) continue;
    const why = `${value} ${what}, at most ${most} are allowed`;
    return { effect: "deny", why, message: rule.message ?? `The request has ${why}.` };
  }
  return { effect: limits.completionTokens === undefined ? "none" : "oblige", why: limitWords(rule) };
}

const NOT_MEASURED: PromptMeasure = { messages: 0, chars: 0 };

function needsMeasure({ promptChars, messages }: LimitRule["limits"]): boolean {
  return promptChars !== undefined || messages !== undefined;
}

function limitWords(rule: LimitRule): string {
  const words = Object.entries(rule.limits).flatMap(([name, most]) =>
    most === undefined ? [] : [`${name} ${most}`],
  );
  return `at most ${words.join(", ")}`;
}
