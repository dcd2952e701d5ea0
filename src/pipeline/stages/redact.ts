import { concatMap, type OperatorFunction } from "rxjs";
import type { CompletionRequest } from "../../dialects/request.js";
import type { RedactRule } from "../../domain/obligation.js";
import { inTurns, Pace } from "../../domain/pace.js";
import type { Masking } from "../../masking/masking.js";
import type { MaskingPlan } from "../../masking/masking-plan.js";
import type { MaskScope } from "../../masking/operators/operator.js";
import { maskInSlices } from "../mask-in-slices.js";
import { escapePseudonyms } from "../restorer.js";
import type { Admitted, Prepared } from "../stages.js";

export interface RedactDeps {
  readonly masking: { readonly current: Masking };
  readonly hashKey: (tenant: string) => Uint8Array;
}

/** Replaces what the model may not see, and lowers the token limit to what policy allows. */
export function redact({ masking, hashKey }: RedactDeps): OperatorFunction<Admitted, Prepared> {
  return concatMap(async (admitted) => {
    const { call, vault, decision } = admitted;
    const { redact: rules, completionTokens } = decision.obligations;
    const maxTokens = smaller(call.request.neutral.maxTokens, completionTokens);
    if (rules.length === 0) return { ...admitted, request: call.request, maxTokens };
    const key = hashKey(call.principal.tenant);
    const isReversible = rules.some(({ reversible }) => reversible);
    if (isReversible) {
      const { restoreInTools: inTools, restoreInUrls: inUrls } = decision.obligations;
      admitted.restoration.rules = { inTools, inUrls };
    }
    let request = call.request;
    // What nobody gets back goes first: where both kinds of rules fit, the stricter wins.
    for (const [reversible, pseudonyms] of [
      [false, vault.answers],
      [true, vault.table],
    ] as const) {
      const some = rules.filter((rule) => rule.reversible === reversible);
      if (some.length === 0) continue;
      const plan = masking.current.plan(some.map(maskRule));
      const texts = await redacted(request, {
        plan,
        scope: { hashKey: key, pseudonyms },
        nonce: vault.nonce,
      });
      if (texts.size > 0) request = await inTurns(call.dialect.inSteps.withTexts(request, texts));
    }
    return { ...admitted, request, maxTokens };
  });
}

/** A reversible redaction is a pseudonym, since only that can be put back. */
function maskRule({ entities, reversible, operator }: RedactRule) {
  return {
    entities,
    action: "mask" as const,
    operator: reversible ? ({ type: "pseudonym" } as const) : operator,
  };
}

async function redacted(
  request: CompletionRequest,
  { plan, scope, nonce }: { readonly plan: MaskingPlan; readonly scope: MaskScope; readonly nonce: string },
): Promise<ReadonlyMap<number, string>> {
  const texts = new Map<number, string>();
  const pace = new Pace();
  for (const [index, segment] of request.segments.entries()) {
    // The model's own earlier turns speak of pseudonyms by right.
    const plain = segment.role === "assistant" ? segment.text : escapePseudonyms(segment.text, nonce);
    const { text } = await maskInSlices(plan, plain, { scope, syntax: segment.syntax, pace });
    if (text !== segment.text) texts.set(index, text);
  }
  return texts;
}

function smaller(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
