import type { ReviewRequirement, ReviewSpec } from "../domain/decision.js";
import type { RequestFeature } from "../domain/prompt.js";
import type { Policy, PromptRule } from "./policy.js";

/** What a rule came to, and why; the words never hold text of the prompt. */
export type RuleTrace = {
  readonly rule: string;
  readonly kind: PromptRule["kind"] | "mask" | "cut" | "observe" | "when" | "permit";
  readonly why: string;
} & RuleEffect;

export type RuleEffect =
  /** Nothing follows from it here. */
  | { readonly effect: "none" }
  /** Without a prompt it cannot be known. */
  | { readonly effect: "depends" }
  /** It adds an obligation. */
  | { readonly effect: "oblige" }
  | { readonly effect: "deny"; readonly message: string | null }
  | {
      readonly effect: "review";
      readonly requirement: ReviewRequirement;
      readonly expiresMs: number;
      readonly onPending: "wait" | "reject";
      readonly matches: ReviewSpec["matches"];
    };

/** Whether a policy applied, and what each of its rules came to. */
export interface PolicyTrace {
  readonly policy: Policy;
  readonly applies: boolean;
  /** Why it applies or not. */
  readonly why: string;
  /** Empty where it does not apply. */
  readonly rules: readonly RuleTrace[];
}

/** Everything that an evaluation found; `combine` turns it into one answer. */
export interface Evaluation {
  readonly policies: readonly PolicyTrace[];
  readonly promptTokens: number | null;
  /** What the request uses that no applying policy permits. */
  readonly refusedFeatures: readonly RequestFeature[];
}
