import type { Decision } from "../domain/decision.js";
import type { DialectName } from "../domain/entry.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import { NO_OBLIGATIONS, type Obligations } from "../domain/obligation.js";
import { type Principal, samePrincipal } from "../domain/principal.js";
import type { PromptView } from "../domain/prompt.js";
import type { Clock } from "../domain/time.js";
import type { ApprovalGrant } from "./approvals/grant.js";
import { combine, type Verdict } from "./combine.js";
import { type Engines, evaluate, prepare } from "./evaluate.js";
import { type ExplainInput, type Explanation, explain } from "./explain.js";
import { NO_POLICY } from "./no-policy.js";
import { mintPermit } from "./permit.js";
import type { PolicySet } from "./policy-set.js";
import { sameReview } from "./same-review.js";
import { ScanCache } from "./scan-cache.js";
import type { PromptScanner } from "./scanner.js";
import type { TokenCounter } from "./tokens/token-counter.js";
import type { Evaluation } from "./trace.js";

export interface DecideInput {
  readonly principal: Principal;
  readonly connection: { readonly name: string; readonly dialect: DialectName };
  /** As the caller named it. */
  readonly model: string;
  readonly session: string;
  readonly prompt: PromptView;
  /** The second decision, taken when an approved request is released: what reviewers granted. A
   *  review that asks the same again is then an allow; a stricter one is not. */
  readonly granted?: ApprovalGrant;
}

export interface PdpOptions {
  /** A set, or a store whose set changes; each decision uses one set throughout. */
  readonly policies: { readonly current: PolicySet };
  readonly scanner: PromptScanner;
  readonly tokenizer: TokenCounter;
  readonly clock: Clock;
}

/** The policy decision point. */
export class Pdp {
  readonly #policies: { readonly current: PolicySet };
  readonly #engines: Engines;
  readonly #clock: Clock;

  private constructor(options: PdpOptions) {
    const scans = new ScanCache(options.scanner);
    this.#policies = options.policies;
    this.#engines = { compile: (rules) => scans.get(rules), tokens: options.tokenizer };
    this.#clock = options.clock;
  }

  static create(options: PdpOptions): Pdp {
    return new Pdp(options);
  }

  get policyVersion(): string {
    return this.#policies.current.version;
  }

  /** Makes ready what deciding by the policies in force needs. */
  async warmUp(): Promise<void> {
    await prepare(this.#policies.current.policies, this.#engines);
  }

  /** Decides over a request. Never throws: whatever fails inside is a denial. */
  async decide(input: DecideInput): Promise<Decision> {
    try {
      if (input.principal.expiresAtMs > this.#clock.nowMs()) return await this.#judge(input);
      return failed(new SluiceError("token_expired", "The token has expired."), this.policyVersion);
    } catch (thrown) {
      return failed(asSluiceError(thrown), this.policyVersion);
    }
  }

  async #judge(input: DecideInput): Promise<Decision> {
    const set = this.#policies.current;
    try {
      const evaluation = await evaluate(set.policies, input, this.#engines);
      return toDecision(input, { set, evaluation, verdict: combine(evaluation) });
    } catch (thrown) {
      return failed(asSluiceError(thrown), set.version);
    }
  }

  /**
   * What holds for a principal, with the trace of every rule; by the same evaluation as `decide`.
   * @throws SluiceError `internal` when an engine fails: an explanation has no safe default.
   */
  async explain(input: ExplainInput): Promise<Explanation> {
    try {
      return await explain(this.#policies.current, input, this.#engines);
    } catch (thrown) {
      throw asSluiceError(thrown);
    }
  }

  /**
   * Why a completion that was allowed must end now that the policies have changed; null: it may go on.
   * Only a denial ends it: a review or a smaller limit that came later does not reach back. Nor does the
   * token's expiry, which ends a stream only where a policy said so when it began.
   */
  async whyEnd(input: DecideInput): Promise<SluiceError | null> {
    const decision = await this.#judge(input);
    return decision.effect === "deny" ? decision.error : null;
  }
}

function failed(error: SluiceError, policyVersion: string): Decision {
  const rule = error.code === "token_expired" ? "token-expired" : "decision-failed";
  const reason = { policy: NO_POLICY, rule, effect: "deny", message: error.message } as const;
  return {
    effect: "deny",
    error,
    reasons: [reason],
    policyVersion,
    obligations: NO_OBLIGATIONS,
    promptTokens: null,
  };
}

interface Found {
  readonly set: PolicySet;
  readonly evaluation: Evaluation;
  readonly verdict: Verdict;
}

function toDecision(input: DecideInput, { set, evaluation, verdict }: Found): Decision {
  const { reasons, obligations } = verdict;
  const base = { reasons, obligations, policyVersion: set.version, promptTokens: evaluation.promptTokens };
  const allow = (): Decision => ({ ...base, effect: "allow", permit: permitFor(input, base) });
  switch (verdict.effect) {
    case "allow":
      return allow();
    case "deny": {
      const { policy, rule, message } = verdict;
      const error = new SluiceError("policy_denied", message, { policy, rule, policyVersion: set.version });
      return { ...base, effect: "deny", error };
    }
    case "review":
      return isGranted(input, verdict.review)
        ? allow()
        : { ...base, effect: "review", review: verdict.review };
  }
}

function permitFor(
  input: DecideInput,
  base: { readonly policyVersion: string; readonly obligations: Obligations },
): ReturnType<typeof mintPermit> {
  const { session, connection, model } = input;
  return mintPermit({ session, connection: connection.name, model, ...base });
}

function isGranted({ granted, ...input }: DecideInput, asked: Parameters<typeof sameReview>[1]): boolean {
  return (
    granted !== undefined &&
    samePrincipal(granted.principal, input.principal) &&
    granted.connection === input.connection.name &&
    granted.model === input.model &&
    sameReview(granted.review, asked)
  );
}
