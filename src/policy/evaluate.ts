import type { DialectName } from "../domain/entry.js";
import { Pace } from "../domain/pace.js";
import type { Principal } from "../domain/principal.js";
import type { PromptView, RequestFeature } from "../domain/prompt.js";
import { BUILT_IN } from "./built-in.js";
import { matchesGlob } from "./glob.js";
import { judgeRule, type PromptFindings } from "./judge-rule.js";
import type { Policy } from "./policy.js";
import { factsOf, measureOnce, type PromptMeasure } from "./request-facts.js";
import { prepareScans, type RoleScan, scanPrompt } from "./scan-prompt.js";
import type { PromptScan, ScanRule } from "./scanner.js";
import type { TokenCounter } from "./tokens/token-counter.js";
import type { Evaluation, PolicyTrace, RuleTrace } from "./trace.js";
import { whyNotWho } from "./who.js";

/** Whom and what an evaluation is about. Without a prompt, rules over it stay open. */
export interface Subject {
  readonly principal: Principal;
  readonly connection: { readonly name: string; readonly dialect: DialectName };
  readonly model: string;
  readonly prompt: PromptView | null;
}

export interface Engines {
  readonly compile: (rules: readonly ScanRule[]) => PromptScan;
  readonly tokens: TokenCounter;
}

/** Which policies apply and what each of their rules comes to. Decisions and explanations share it. */
export async function evaluate(
  policies: readonly Policy[],
  subject: Subject,
  engines: Engines,
): Promise<Evaluation> {
  const pace = new Pace();
  const measure = measureOnce(subject.prompt);
  const found: { readonly policy: Policy; readonly match: Match }[] = [];
  for (const policy of policies) {
    found.push({ policy, match: applies(policy, subject, measure) });
    if (pace.isDue) await pace.giveWay();
  }
  const applying = found.filter(({ match }) => match.applies).map(({ policy }) => policy);
  const { prompt } = subject;
  const findings = prompt === null ? null : await findIn(prompt, { applying, subject, engines, measure });
  const traces = found.map(({ policy, match }): PolicyTrace => {
    if (!match.applies) return { policy, applies: false, why: match.why, rules: [] };
    const failed = match.failed ? [conditionFailed(match.why)] : [];
    const rules = match.failed ? failed : [...promptTraces(policy, findings), ...completionTraces(policy)];
    return { policy, applies: true, why: match.why, rules };
  });
  return {
    policies: traces,
    promptTokens: findings?.promptTokens ?? null,
    refusedFeatures: prompt === null ? [] : refusedFeatures(prompt, applying),
  };
}

/** The policies that apply, those in mode observe too. A condition that fails counts as applying. */
export function applyingPolicies(policies: readonly Policy[], subject: Subject): readonly Policy[] {
  const measure = measureOnce(subject.prompt);
  return policies.filter((policy) => applies(policy, subject, measure).applies);
}

interface Match {
  readonly applies: boolean;
  readonly why: string;
  /** Its condition could not be evaluated: the policy then denies, whatever it says. */
  readonly failed: boolean;
}

function applies(policy: Policy, subject: Subject, measure: () => PromptMeasure): Match {
  const no = (why: string): Match => ({ applies: false, why, failed: false });
  const who = whyNotWho(policy.who, subject.principal);
  if (who !== null) return no(who);
  if (!policy.connections.includes(subject.connection.name))
    return no(`connections: is for ${policy.connections.join(", ")}`);
  if (!policy.models.some((model) => matchesGlob(model, subject.model)))
    return no(`models: is for ${policy.models.join(", ")}`);
  if (policy.when === null) return { applies: true, why: "who, connections and models match", failed: false };
  try {
    const holds = policy.when.holds(subject.principal, factsOf(subject, measure()));
    if (!holds) return no(`when: ${policy.when.source} does not hold`);
    return { applies: true, why: "who, connections, models and when match", failed: false };
  } catch {
    return { applies: true, why: `when: ${policy.when.source} could not be evaluated`, failed: true };
  }
}

/** A condition may guard a denial, so one that fails cannot count as "does not apply". */
function conditionFailed(why: string): RuleTrace {
  const message =
    "A policy's condition could not be evaluated for this request; guard optional attributes with has().";
  return { rule: "when", kind: "when", why, effect: "deny", message };
}

interface Finding {
  readonly applying: readonly Policy[];
  readonly subject: Subject;
  readonly engines: Engines;
  readonly measure: () => PromptMeasure;
}

async function findIn(
  prompt: PromptView,
  { applying, subject, engines, measure }: Finding,
): Promise<PromptFindings> {
  const scans = applying.flatMap(roleScans);
  const hits = scans.length === 0 ? new Map() : await scanPrompt(scans, prompt.segments, engines.compile);
  const counted = applying.some(countsTokens);
  const promptTokens = counted ? await engines.tokens.count(prompt.segments, subject.model) : null;
  return { prompt, hits, promptTokens, measure };
}

/**
 * Makes the scans of every policy beside those that are for everybody, which is what most callers need: an
 * automaton takes up to some hundred milliseconds, and the first caller would wait for it.
 */
export async function prepare(
  policies: readonly Policy[],
  { compile }: Pick<Engines, "compile">,
): Promise<void> {
  const common = policies.filter(({ who }) => who.everyone);
  for (const policy of policies.slice(0, MOST_PREPARED)) {
    const beside = common.filter(({ connections }) =>
      connections.some((each) => policy.connections.includes(each)),
    );
    const together = policies.filter((each) => each === policy || beside.includes(each));
    prepareScans(together.flatMap(roleScans), compile);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** As many as the cache of scans holds with room for others. */
const MOST_PREPARED = 48;

function roleScans(policy: Policy): readonly RoleScan[] {
  return policy.prompt.flatMap((rule) => {
    const scan = rule.kind === "limit" || rule.kind === "redact" ? null : rule.scan;
    return scan === null ? [] : [{ rule: scan, roles: rule.roles }];
  });
}

function countsTokens(policy: Policy): boolean {
  const limited = policy.prompt.some(
    (rule) => rule.kind === "limit" && rule.limits.promptTokens !== undefined,
  );
  const rates = [policy.rates, policy.rates?.team];
  return (
    limited || rates.some((rate) => rate?.tokensPerMinute !== undefined || rate?.tokensPerDay !== undefined)
  );
}

function promptTraces(policy: Policy, findings: PromptFindings | null): readonly RuleTrace[] {
  return policy.prompt.map((rule) => judgeRule(policy, rule, findings));
}

function completionTraces(policy: Policy): readonly RuleTrace[] {
  return policy.completion.map((rule) => {
    const what = rule.entities.length > 6 ? `${rule.entities.length} entities` : rule.entities.join(", ");
    const why =
      rule.id === BUILT_IN
        ? "has no completion rules, so the built-in set is masked"
        : `${rule.action} ${what}`;
    return { rule: rule.id, kind: rule.action, why, effect: "oblige" };
  });
}

function refusedFeatures(prompt: PromptView, applying: readonly Policy[]): readonly RequestFeature[] {
  const permitted = new Set(
    applying.filter(({ mode }) => mode === "enforce").flatMap(({ permit }) => permit),
  );
  return prompt.features.filter((feature) => !permitted.has(feature));
}
