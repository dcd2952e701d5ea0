import type { Place } from "../documents/index.js";
import type { OperatorSpec, RedactRule } from "../domain/obligation.js";
import type { PromptRole, RequestFeature } from "../domain/prompt.js";
import type { Condition } from "./condition.js";
import type { Counters, Rates } from "./language/rates-shape.js";
import type { ScanRule } from "./scanner.js";
import type { Who } from "./who.js";

export type { Counters, Rates };

interface PromptRuleBase {
  readonly id: string;
  readonly at: Place;
  /** Text the rule sees; null: all of it. */
  readonly roles: readonly PromptRole[] | null;
  /** What the caller is told; null: a sentence that names policy and rule. */
  readonly message: string | null;
}

export interface DenyRule extends PromptRuleBase {
  readonly kind: "deny";
  /** Null: every prompt. */
  readonly scan: ScanRule | null;
}

export interface AllowOnlyRule extends PromptRuleBase {
  readonly kind: "allowOnly";
  readonly scan: ScanRule;
  readonly each: "message" | "conversation";
}

export interface ReviewRule extends PromptRuleBase {
  readonly kind: "review";
  /** Null: every prompt. */
  readonly scan: ScanRule | null;
  readonly reviewers: readonly string[];
  readonly approvals: number;
  readonly expiresMs: number;
  readonly onPending: "wait" | "reject";
}

export interface PromptLimits {
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  readonly promptChars: number | undefined;
  readonly messages: number | undefined;
  readonly tools: number | undefined;
  readonly choices: number | undefined;
}

export interface LimitRule extends PromptRuleBase {
  readonly kind: "limit";
  readonly limits: PromptLimits;
}

export interface RedactPromptRule extends PromptRuleBase {
  readonly kind: "redact";
  readonly redact: RedactRule;
  readonly restoreInTools: boolean;
  readonly restoreInUrls: boolean;
}

export type PromptRule = DenyRule | AllowOnlyRule | ReviewRule | LimitRule | RedactPromptRule;

export interface CompletionRule {
  readonly id: string;
  readonly at: Place;
  readonly action: "mask" | "cut" | "observe";
  readonly entities: readonly string[];
  readonly operator: OperatorSpec | undefined;
}

/** A policy as the PDP uses it: checked against everything it refers to. */
export interface Policy {
  readonly name: string;
  readonly at: Place;
  readonly mode: "enforce" | "observe";
  readonly who: Who;
  readonly when: Condition | null;
  readonly connections: readonly string[];
  readonly models: readonly string[];
  readonly prompt: readonly PromptRule[];
  /** Never empty: without written rules it is the full built-in set, masked. */
  readonly completion: readonly CompletionRule[];
  readonly rates: Rates | null;
  readonly permit: readonly RequestFeature[];
  readonly endAtTokenExpiry: boolean;
  readonly recordsSensitive: boolean;
}
