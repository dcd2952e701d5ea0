import type { DecisionReason } from "./entry.js";
import type { SluiceError } from "./errors.js";
import type { Obligations } from "./obligation.js";

declare const permitBrand: unique symbol;

/**
 * Proof that the PDP allowed this request on this connection. Only the PDP makes one
 * (`policy/permit.ts`), and no upstream opens without it.
 */
export interface Permit {
  readonly [permitBrand]: true;
  readonly session: string;
  readonly connection: string;
  readonly model: string;
  readonly policyVersion: string;
  readonly obligations: Obligations;
}

/** What one review rule asks for; every requirement of a review must be met. */
export interface ReviewRequirement {
  readonly policy: string;
  readonly rule: string;
  /** Groups whose members may decide. */
  readonly reviewers: readonly string[];
  /** Different people who must approve. */
  readonly approvals: number;
}

/**
 * What a review asks for. Where several rules ask, `policy` and `rule` name the first, `reviewers`
 * is everyone who may decide a part of it, `approvals` the most that one rule asks, and `expiresMs`
 * the shortest; `requirements` holds each rule's own demand.
 */
export interface ReviewSpec {
  readonly policy: string;
  readonly rule: string;
  readonly reviewers: readonly string[];
  readonly approvals: number;
  readonly requirements: readonly ReviewRequirement[];
  readonly expiresMs: number;
  readonly onPending: "wait" | "reject";
  /** Places that matched, for the reviewer: segment index and `[start, end)`. */
  readonly matches: readonly { readonly segment: number; readonly start: number; readonly end: number }[];
}

interface DecisionBase {
  readonly reasons: readonly DecisionReason[];
  readonly policyVersion: string;
  readonly obligations: Obligations;
  /** Prompt tokens counted, an upper bound where the model's tokenizer is not known; null: not counted. */
  readonly promptTokens: number | null;
}

export type Decision =
  | (DecisionBase & { readonly effect: "allow"; readonly permit: Permit })
  | (DecisionBase & { readonly effect: "deny"; readonly error: SluiceError })
  | (DecisionBase & { readonly effect: "review"; readonly review: ReviewSpec });
