import { type Place, type Placed, suggest } from "../documents/index.js";
import { type CompileContext, checkEntities } from "./compile-context.js";
import type {
  WrittenAllowOnly,
  WrittenMatcher,
  WrittenPromptRule,
  WrittenReview,
} from "./language/prompt-rule-shape.js";
import type { AllowOnlyRule, PromptRule, RedactPromptRule, ReviewRule } from "./policy.js";
import type { ScanRule } from "./scanner.js";

interface RuleFacts {
  readonly id: string;
  readonly at: Place;
  readonly roles: PromptRule["roles"];
  /** Unique over all policies. */
  readonly key: string;
}

/** Null where a problem was reported. */
export function compilePromptRule(
  policy: string,
  written: Placed<WrittenPromptRule>,
  context: CompileContext,
): PromptRule | null {
  const { value: rule } = written;
  const id = rule.id.value;
  const facts: RuleFacts = { id, at: written.at, roles: rule.roles?.value ?? null, key: `${policy}/${id}` };
  if (rule.roles !== undefined && (rule.kind === "limit" || rule.kind === "redact")) {
    context.problems.add(
      rule.roles.at,
      `${rule.kind} concerns the whole request, so \`roles\` would have no effect; leave it out`,
    );
  }
  switch (rule.kind) {
    case "deny": {
      const { spec } = rule;
      const scan = spec.kind === "always" ? null : compileMatcher(spec, facts, context);
      if (scan === null && spec.kind !== "always") return null;
      return { ...base(facts), kind: "deny", scan, message: spec.message ?? null };
    }
    case "allowOnly":
      return compileAllowOnly(rule.spec, facts, context);
    case "review":
      return compileReview(rule.spec, facts, context);
    case "limit": {
      const { message, ...limits } = rule.spec;
      return { ...base(facts), kind: "limit", limits, message: message ?? null };
    }
    case "redact": {
      checkEntities(rule.spec.entities, context);
      return { ...base(facts), ...redactRule(rule.spec) };
    }
  }
}

function base(facts: RuleFacts): Pick<PromptRule, "id" | "at" | "roles"> {
  return { id: facts.id, at: facts.at, roles: facts.roles };
}

function redactRule(
  spec: Extract<WrittenPromptRule, { kind: "redact" }>["spec"],
): Pick<RedactPromptRule, "kind" | "redact" | "restoreInTools" | "restoreInUrls" | "message"> {
  const operator = spec.operator ?? { type: spec.reversible ? "pseudonym" : "replace" };
  return {
    kind: "redact",
    redact: { entities: spec.entities.value, reversible: spec.reversible, operator },
    restoreInTools: spec.restoreInTools,
    restoreInUrls: spec.restoreInUrls,
    message: null,
  };
}

function compileAllowOnly(
  spec: WrittenAllowOnly,
  facts: RuleFacts,
  context: CompileContext,
): AllowOnlyRule | null {
  const patterns = [...(spec.patterns?.value ?? [])];
  const words: string[] = [];
  let ignoreCase = spec.ignoreCase ?? true;
  for (const name of spec.topics?.value ?? []) {
    const topic = findTopic(name, spec.topics?.at ?? facts.at, context);
    patterns.push(...(topic?.patterns ?? []));
    words.push(...(topic?.words ?? []));
    ignoreCase &&= topic?.ignoreCase ?? true;
  }
  const scan: ScanRule = { key: facts.key, patterns, words, entities: [], ignoreCase };
  if (!lint(scan, spec.patterns?.at ?? facts.at, context)) return null;
  // Only text of these roles has to hold a match; a system prompt of the application need not.
  const roles = facts.roles ?? ["user"];
  return { ...base(facts), roles, kind: "allowOnly", scan, each: spec.each, message: spec.message ?? null };
}

function compileReview(spec: WrittenReview, facts: RuleFacts, context: CompileContext): ReviewRule | null {
  const always = spec.kind === "always";
  const scan = always ? null : compileMatcher(spec, facts, context);
  if (scan === null && !always) return null;
  return {
    ...base(facts),
    kind: "review",
    scan,
    reviewers: [...new Set(spec.reviewers.groups)],
    approvals: spec.approvals,
    expiresMs: spec.expires,
    onPending: spec.onPending,
    message: spec.message ?? null,
  };
}

type Matching = Exclude<WrittenMatcher, { kind: "always" }>;

function compileMatcher(matcher: Matching, facts: RuleFacts, context: CompileContext): ScanRule | null {
  const empty: ScanRule = {
    key: facts.key,
    patterns: [],
    words: [],
    entities: [],
    ignoreCase: matcher.ignoreCase ?? true,
  };
  const scan = ((): ScanRule | null => {
    switch (matcher.kind) {
      case "pattern":
        return { ...empty, patterns: [matcher.spec.value] };
      case "patterns":
        return { ...empty, patterns: matcher.spec.value };
      case "words":
        return { ...empty, words: matcher.spec.value };
      case "topic": {
        const topic = findTopic(matcher.spec.value, matcher.spec.at, context);
        return topic && { ...empty, ...topic, ignoreCase: empty.ignoreCase && topic.ignoreCase };
      }
      case "entities":
        checkEntities(matcher.spec, context);
        return { ...empty, entities: matcher.spec.value };
    }
  })();
  return scan !== null && lint(scan, matcher.spec.at, context) ? scan : null;
}

/** Entities are checked by name, so only patterns and words reach the engine's lint. */
function lint(scan: ScanRule, at: Place, context: CompileContext): boolean {
  if (scan.patterns.length + scan.words.length === 0) return true;
  const found = context.surroundings.lint({ ...scan, entities: [] });
  for (const message of found) context.problems.add(at, message);
  return found.length === 0;
}

function findTopic(
  name: string,
  at: Place,
  context: CompileContext,
): Pick<ScanRule, "patterns" | "words" | "ignoreCase"> | null {
  const topic = context.topics.get(name);
  if (topic === undefined) {
    context.problems.add(
      at,
      `no topic is called ${JSON.stringify(name)}; ${suggest(name, [...context.topics.keys()])}`,
    );
    return null;
  }
  context.usedTopics.add(name);
  const { patterns, words, ignoreCase } = topic.value;
  return { patterns, words, ignoreCase };
}
