import type { CompletionRule, Policy, PromptLimits, PromptRule } from "./policy.js";
import type { PolicySet } from "./policy-set.js";

/** One difference. `tightens`: no request that was refused is now let through by it; `loosens`: the
 *  reverse; `changes`: it may do either. */
export interface PolicyChange {
  readonly policy: string;
  /** The rule, or the field of the policy; null: the policy as a whole. */
  readonly part: string | null;
  readonly direction: "tightens" | "loosens" | "changes";
  /** In words, for a person. */
  readonly what: string;
}

/** What differs between two sets of policies, by policy and rule; moving lines about is no difference. */
export function diffPolicies(from: PolicySet, to: PolicySet): readonly PolicyChange[] {
  const before = new Map(from.policies.map((policy) => [policy.name, policy]));
  const after = new Map(to.policies.map((policy) => [policy.name, policy]));
  const removed = from.policies
    .filter(({ name }) => !after.has(name))
    .map((policy) => whole(policy, "removed"));
  const rest = to.policies.flatMap((policy) => {
    const old = before.get(policy.name);
    return old === undefined ? [whole(policy, "added")] : changes(old, policy);
  });
  return [...removed, ...rest];
}

/** A policy both grants and restricts; without rules over the prompt or rates it only grants. */
function whole(policy: Policy, what: "added" | "removed"): PolicyChange {
  const grantsOnly =
    policy.mode === "enforce" && policy.prompt.length === 0 && policy.rates === null && policy.when === null;
  const direction = policy.mode === "observe" ? "tightens" : what === "added" ? "loosens" : "tightens";
  return {
    policy: policy.name,
    part: null,
    direction: grantsOnly || policy.mode === "observe" ? direction : "changes",
    what,
  };
}

const FIELDS = [
  "mode",
  "connections",
  "models",
  "permit",
  "endAtTokenExpiry",
  "recordsSensitive",
  "rates",
] as const;

function changes(old: Policy, now: Policy): readonly PolicyChange[] {
  const found: PolicyChange[] = [];
  const add = (part: string, direction: PolicyChange["direction"], what: string): void => {
    found.push({ policy: now.name, part, direction, what });
  };
  if (text(who(old)) !== text(who(now))) add("who", "changes", `${text(who(old))} became ${text(who(now))}`);
  const when = [old.when?.source, now.when?.source];
  if (when[0] !== when[1]) add("when", "changes", `${when[0] ?? "always"} became ${when[1] ?? "always"}`);
  for (const field of FIELDS) {
    if (text(old[field]) === text(now[field])) continue;
    add(field, fieldDirection(field, old, now), `${text(old[field])} became ${text(now[field])}`);
  }
  for (const [id, [before, after]] of pairs(old.prompt, now.prompt)) {
    const change = promptChange(before, after);
    if (change !== null) add(id, ...change);
  }
  for (const [id, [before, after]] of pairs(old.completion, now.completion)) {
    const change = completionChange(before, after);
    if (change !== null) add(id, ...change);
  }
  return found;
}

type Change = readonly [direction: PolicyChange["direction"], what: string];

function who(policy: Policy): unknown {
  const { attributes, ...rest } = policy.who;
  return { ...rest, attributes: attributes === undefined ? undefined : Object.fromEntries(attributes) };
}

function fieldDirection(field: (typeof FIELDS)[number], old: Policy, now: Policy): PolicyChange["direction"] {
  if (field === "endAtTokenExpiry") return now.endAtTokenExpiry ? "tightens" : "loosens";
  if (field !== "permit" && field !== "connections" && field !== "models") return "changes";
  // A policy without rules of its own grants exactly what its lists name.
  const restricts = now.prompt.length > 0 || now.rates !== null;
  if (field !== "permit" && restricts) return "changes";
  const [before, after]: readonly (readonly string[])[] = [old[field], now[field]];
  if (before?.every((each) => after?.includes(each))) return "loosens";
  return after?.every((each) => before?.includes(each)) ? "tightens" : "changes";
}

function pairs<T extends { readonly id: string }>(
  old: readonly T[],
  now: readonly T[],
): ReadonlyMap<string, readonly [T | undefined, T | undefined]> {
  const ids = new Set([...old, ...now].map(({ id }) => id));
  return new Map(
    [...ids].map((id) => [id, [old.find((rule) => rule.id === id), now.find((rule) => rule.id === id)]]),
  );
}

function promptChange(before: PromptRule | undefined, after: PromptRule | undefined): Change | null {
  if (before === undefined) return ["tightens", `${after?.kind ?? "rule"} added`];
  if (after === undefined) return ["loosens", `${before.kind} removed`];
  if (text(plain(before)) === text(plain(after))) return null;
  if (before.kind !== after.kind) return ["changes", `${before.kind} became ${after.kind}`];
  if (before.kind === "limit" && after.kind === "limit") return limitChange(before.limits, after.limits);
  return ["changes", `${after.kind} changed`];
}

function limitChange(before: PromptLimits, after: PromptLimits): Change {
  const names = Object.keys(before) as readonly (keyof PromptLimits)[];
  const moved = names.filter((name) => before[name] !== after[name]);
  const words = moved
    .map((name) => `${name} ${before[name] ?? "unlimited"} became ${after[name] ?? "unlimited"}`)
    .join(", ");
  const lower = (name: keyof PromptLimits): boolean =>
    (after[name] ?? Number.POSITIVE_INFINITY) < (before[name] ?? Number.POSITIVE_INFINITY);
  if (moved.every(lower))
    return [moved.length === 0 ? "changes" : "tightens", words || "its message changed"];
  return [moved.some(lower) ? "changes" : "loosens", words];
}

function completionChange(
  before: CompletionRule | undefined,
  after: CompletionRule | undefined,
): Change | null {
  const acts = (rule: CompletionRule | undefined): boolean => rule !== undefined && rule.action !== "observe";
  if (before === undefined) return [acts(after) ? "tightens" : "changes", `${after?.action ?? "rule"} added`];
  if (after === undefined) return [acts(before) ? "loosens" : "changes", `${before.action} removed`];
  return text(plain(before)) === text(plain(after)) ? null : ["changes", `${after.action} changed`];
}

/** A rule without the place where it stands. */
function plain(rule: PromptRule | CompletionRule): unknown {
  return { ...rule, at: undefined };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "none");
}
