import type { DecisionReason, DialectName } from "../domain/entry.js";
import type { Obligations } from "../domain/obligation.js";
import type { Principal } from "../domain/principal.js";
import type { PromptView, RequestFeature } from "../domain/prompt.js";
import { combine } from "./combine.js";
import { type Engines, evaluate } from "./evaluate.js";
import { globsOverlap } from "./glob.js";
import type { PromptLimits, Rates } from "./policy.js";
import type { PolicySet } from "./policy-set.js";
import type { ConnectionFacts, Surface } from "./surroundings.js";
import type { PolicyTrace, RuleTrace } from "./trace.js";

export interface ExplainInput {
  readonly principal: Principal;
  /** Left out: every connection. */
  readonly connection?: string;
  /** Left out: every model, as the globs of connections and policies name them. */
  readonly model?: string;
  /** Left out: what holds whatever the prompt; rules over it then "depend". */
  readonly prompt?: PromptView;
}

/** What one rule came to and why. */
export interface RuleExplanation {
  readonly rule: string;
  readonly kind: RuleTrace["kind"];
  readonly effect: RuleTrace["effect"];
  readonly why: string;
}

export interface PolicyExplanation {
  readonly policy: string;
  readonly mode: "enforce" | "observe";
  readonly applies: boolean;
  /** Why it applies, or the first thing that keeps it from applying. */
  readonly why: string;
  readonly rules: readonly RuleExplanation[];
}

/** What holds for a principal on one connection and model. */
export interface Resolution {
  readonly connection: string;
  /** The model asked about, or the glob that stands for many. */
  readonly model: string;
  /** Ways in that lead there; what is decided is the same on each. */
  readonly surfaces: readonly Surface[];
  /** `depends`: allowed unless a rule over the prompt says otherwise. */
  readonly effect: "allow" | "deny" | "review" | "depends";
  /** What a denied caller would be told; null unless denied. */
  readonly message: string | null;
  readonly reasons: readonly DecisionReason[];
  readonly obligations: Obligations;
  /** The smallest of each limit. */
  readonly limits: PromptLimits;
  readonly rates: readonly { readonly policy: string; readonly rates: Rates }[];
  readonly permit: readonly RequestFeature[];
  readonly promptTokens: number | null;
  readonly policies: readonly PolicyExplanation[];
}

export interface Explanation {
  readonly policyVersion: string;
  readonly resolutions: readonly Resolution[];
}

/** Resolves the policies of a principal by the same evaluation that decisions use. */
export async function explain(set: PolicySet, input: ExplainInput, engines: Engines): Promise<Explanation> {
  const resolutions: Resolution[] = [];
  for (const connection of set.surroundings.connections) {
    if (input.connection !== undefined && input.connection !== connection.name) continue;
    const models = input.model === undefined ? modelsOf(set, connection) : [input.model];
    for (const model of models) resolutions.push(await resolve(set, { input, connection, model }, engines));
  }
  return { policyVersion: set.version, resolutions };
}

interface Target {
  readonly input: ExplainInput;
  readonly connection: ConnectionFacts;
  readonly model: string;
}

async function resolve(
  set: PolicySet,
  { input, connection, model }: Target,
  engines: Engines,
): Promise<Resolution> {
  const { principal, prompt = null } = input;
  const subject = { principal, connection: { name: connection.name, dialect: ANY_DIALECT }, model, prompt };
  const evaluation = await evaluate(set.policies, subject, engines);
  const verdict = combine(evaluation);
  const enforced = evaluation.policies.filter(({ applies, policy }) => applies && policy.mode === "enforce");
  const depends = enforced.some(({ rules }) => rules.some(({ effect }) => effect === "depends"));
  return {
    connection: connection.name,
    model,
    surfaces: set.surroundings.surfaces,
    effect: verdict.effect !== "deny" && depends ? "depends" : verdict.effect,
    message: verdict.effect === "deny" ? verdict.message : null,
    reasons: verdict.reasons,
    obligations: verdict.obligations,
    limits: smallestLimits(enforced),
    rates: enforced.flatMap(({ policy }) =>
      policy.rates === null ? [] : [{ policy: policy.name, rates: policy.rates }],
    ),
    permit: [...new Set(enforced.flatMap(({ policy }) => policy.permit))],
    promptTokens: evaluation.promptTokens,
    policies: evaluation.policies.map(explainPolicy),
  };
}

/** Policies do not look at the dialect; the subject of an evaluation has to name one. */
const ANY_DIALECT: DialectName = "sluice";

/** Each set of models that some policy or the connection itself names; a glob stands for what it matches. */
function modelsOf(set: PolicySet, { name, models }: ConnectionFacts): readonly string[] {
  const named = set.policies
    .filter(({ connections }) => connections.includes(name))
    .flatMap((policy) => policy.models);
  const narrower = named.filter((glob) => glob !== "*" && models.some((model) => globsOverlap(glob, model)));
  return [...new Set([...models, ...narrower])];
}

function explainPolicy({ policy, applies, why, rules }: PolicyTrace): PolicyExplanation {
  return {
    policy: policy.name,
    mode: policy.mode,
    applies,
    why,
    rules: rules.map(({ rule, kind, effect, why: reason }) => ({ rule, kind, effect, why: reason })),
  };
}

function smallestLimits(enforced: readonly PolicyTrace[]): PromptLimits {
  const all = enforced.flatMap(({ policy }) =>
    policy.prompt.flatMap((rule) => (rule.kind === "limit" ? [rule.limits] : [])),
  );
  const least = (name: keyof PromptLimits): number | undefined => {
    const values = all.flatMap((limits) => limits[name] ?? []);
    return values.length === 0 ? undefined : Math.min(...values);
  };
  return {
    promptTokens: least("promptTokens"),
    completionTokens: least("completionTokens"),
    promptChars: least("promptChars"),
    messages: least("messages"),
    tools: least("tools"),
    choices: least("choices"),
  };
}
