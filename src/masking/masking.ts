import { SluiceError } from "../domain/errors.js";
import type { MaskAction, MaskRule, OperatorSpec } from "../domain/obligation.js";
import type { SimulationMode } from "../patterns/automaton.js";
import { RuleCatalogue } from "../patterns/catalogue.js";
import type { Detector } from "../patterns/detector.js";
import type { LintPurpose } from "../patterns/lint.js";
import type { Validator } from "../patterns/rule-set.js";
import type { MaskLiteral } from "./mask-literal.js";
import { MaskingPlan } from "./masking-plan.js";
import { operatorFor } from "./operators/index.js";
import { type PlanLimits, type PlannedRule, PlannedRules } from "./planned-rules.js";
import { warmUpSamples } from "./warm-up.js";

export interface MaskingOptions {
  /** Built-in and custom detectors. */
  readonly detectors: readonly Detector[];
  readonly validators: ReadonlyMap<string, Validator>;
  /** Configured credentials: masked in every plan. */
  readonly literals?: readonly MaskLiteral[];
  /** A candidate alive for so many UTF-16 units counts as a match while it lives. Default 512. */
  readonly maxCandidateChars?: number;
  /** What the automaton of one plan may take. Default 96 MiB. */
  readonly cacheBytes?: number;
  /** What the automata of all plans may take. Default 512 MiB. */
  readonly totalCacheBytes?: number;
  /** `scanning` drops the demand for a left boundary; for tests. */
  readonly purpose?: LintPurpose;
  /** Whether to look into one layer of base64 and hex. Default true. */
  readonly encoded?: boolean;
  /** For tests. */
  readonly simulation?: SimulationMode;
  /** For tests. */
  readonly maxStates?: number;
  /** For tests. */
  readonly limits?: PlanLimits;
}

const LEAST_LITERAL = 4;
const MAX_PLANS = 256;
const REPLACE: OperatorSpec = { type: "replace" };
const ACTION_RANK: Readonly<Record<MaskAction, number>> = { observe: 0, mask: 1, cut: 2 };

/** Everything that can be masked, and the plans made from it. */
export class Masking {
  readonly #catalogue: RuleCatalogue;
  readonly #literals: readonly number[];
  readonly #plans = new Map<string, MaskingPlan>();
  readonly #limits: PlanLimits;

  private constructor(catalogue: RuleCatalogue, literals: readonly number[], limits: PlanLimits) {
    this.#catalogue = catalogue;
    this.#literals = literals;
    this.#limits = limits;
  }

  /** @throws SluiceError `invalid_config` for a literal too short to tell from ordinary text. */
  static create(options: MaskingOptions): Masking {
    const literals = (options.literals ?? []).map(literalDetector);
    const detectors = [...options.detectors, ...literals];
    const { detectors: _detectors, literals: _literals, limits, ...rules } = options;
    const catalogue = new RuleCatalogue(detectors, rules);
    const always = literals.map((_, index) => options.detectors.length + index);
    return new Masking(catalogue, always, limits ?? {});
  }

  /** Entities and detector ids that rules can name. */
  get detectors(): readonly Detector[] {
    return this.#catalogue.detectors;
  }

  /**
   * The plan for a list of rules; made once for equal lists. Where several rules select a detector
   * the strictest action, then the strictest operator, wins, whatever their order.
   * @throws SluiceError `invalid_config` for unknown names, bad operators, or patterns that fail the lint.
   */
  plan(rules: readonly MaskRule[]): MaskingPlan {
    const key = JSON.stringify(rules);
    const cached = this.#plans.get(key);
    if (cached !== undefined) return cached;
    const planned = this.#planned(rules);
    const indexes = [...planned.keys()].sort((a, b) => a - b);
    const each = indexes.map((index) => planned.get(index) ?? { action: "mask" as const, operator: REPLACE });
    const plan = new MaskingPlan(new PlannedRules(this.#catalogue.compiled(indexes), each, this.#limits));
    if (this.#plans.size >= MAX_PLANS) this.#plans.delete(this.#plans.keys().next().value ?? "");
    this.#plans.set(key, plan);
    return plan;
  }

  #planned(rules: readonly MaskRule[]): Map<number, PlannedRule> {
    const planned = new Map<number, PlannedRule>();
    for (const { entities, action, operator = REPLACE } of rules) {
      for (const index of this.#catalogue.indexesOf(entities)) {
        const known = planned.get(index);
        const added = { action, operator };
        planned.set(index, known === undefined ? added : stricterRule(known, added));
      }
    }
    for (const index of this.#literals) {
      const known = planned.get(index);
      if (known === undefined || known.action === "observe")
        planned.set(index, { action: "mask", operator: REPLACE });
    }
    return planned;
  }

  /**
   * Reads ordinary text through a plan, so that its first callers find the automaton built. Takes
   * some hundreds of milliseconds for the whole catalogue; call it before a plan goes live.
   */
  warmUp(plan: MaskingPlan, samples: readonly string[] = warmUpSamples()): void {
    plan.warmUp([...samples, ...this.#catalogue.detectors.flatMap((detector) => detector.examples)]);
  }
}

function stricterRule(a: PlannedRule, b: PlannedRule): PlannedRule {
  const action = ACTION_RANK[b.action] > ACTION_RANK[a.action] ? b.action : a.action;
  const stricter = operatorFor(b.operator).strictness > operatorFor(a.operator).strictness;
  return { action, operator: stricter ? b.operator : a.operator };
}

function literalDetector({ id, entity, value }: MaskLiteral): Detector {
  if (value.length < LEAST_LITERAL) {
    throw new SluiceError(
      "invalid_config",
      `credential ${id}: its value is shorter than ${LEAST_LITERAL} characters and would mask ordinary text; use a longer one.`,
    );
  }
  return {
    id,
    entity,
    pattern: value.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&"),
    specificity: 100,
    source: "configuration",
    examples: [],
    counterExamples: [],
  };
}
