import type { MaskAction, OperatorSpec } from "../domain/obligation.js";
import type { RuleSet } from "../patterns/rule-set.js";
import type { FinderRules } from "./finder.js";
import { operatorFor, type RankedOperator } from "./operators/index.js";
import type { MaskScope } from "./operators/operator.js";
import type { Region } from "./region.js";

/** What a plan does with one detector. */
export interface PlannedRule {
  readonly action: MaskAction;
  readonly operator: OperatorSpec;
}

/** Both are set by tests alone. */
export interface PlanLimits {
  /** Positions are moved down once they pass this. Default 2^30. */
  readonly rebaseAt?: number;
  /** Length at which a chain of overlapping spans comes out before its end, UTF-16 units. Default 4096,
   *  or eight times the candidate limit if that is more. */
  readonly longestRegion?: number;
}

const POSITIONS = 2 ** 30;
const LONG_REGION = 4096;

/** A rule set with what to do about each of its rules. */
export class PlannedRules implements FinderRules {
  readonly rules: RuleSet;
  readonly strictness: Int32Array;
  readonly cuts: Uint8Array;
  readonly observes: Uint8Array;
  readonly ignores: Uint8Array;
  /** What to look for in a channel of JSON. */
  readonly inJson: FinderRules;
  readonly hasCuts: boolean;
  readonly longest: number;
  readonly rebaseAt: number;
  readonly #operators: readonly RankedOperator[];

  /** @param planned one entry per detector of `rules`. */
  constructor(rules: RuleSet, planned: readonly PlannedRule[], limits: PlanLimits = {}) {
    this.rules = rules;
    this.rebaseAt = limits.rebaseAt ?? POSITIONS;
    this.#operators = planned.map((each) => operatorFor(each.operator));
    this.strictness = Int32Array.from(this.#operators, (operator) => operator.strictness);
    this.cuts = Uint8Array.from(planned, (each) => (each.action === "cut" ? 1 : 0));
    this.longest = limits.longestRegion ?? Math.max(LONG_REGION, rules.maxCandidateChars * 8);
    this.hasCuts = this.cuts.includes(1);
    this.observes = Uint8Array.from(planned, (each) => (each.action === "observe" ? 1 : 0));
    this.ignores = new Uint8Array(planned.length);
    const ignores = Uint8Array.from(rules.detectors, (each) => (each.wholeTextOnly === true ? 1 : 0));
    const { strictness, cuts, observes, longest, rebaseAt } = this;
    this.inJson = { rules, rebaseAt, strictness, cuts, observes, longest, ignores };
  }

  /**
   * What stands in place of a region. A sticky region comes out before its text is known, so its
   * placeholder depends on its first sticky span alone.
   */
  placeholder(region: Region, from: { readonly scope: MaskScope; readonly text: () => string }): string {
    if (region.sticky !== null) {
      const { rule } = region.sticky;
      return this.#operators[rule]?.early(this.rules.labels[rule] ?? "", "", from.scope) ?? "[REDACTED]";
    }
    const operator = this.#operators[region.strictest];
    return (
      operator?.apply(this.rules.labels[region.label.rule] ?? "", from.text(), from.scope) ?? "[REDACTED]"
    );
  }
}
