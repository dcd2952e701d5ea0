import { map, type OperatorFunction } from "rxjs";
import type { MaskRule } from "../../domain/obligation.js";
import type { Masking } from "../../masking/masking.js";
import { AnswerMasker, type Released } from "../answer-masker.js";
import type { Prepared, Reading } from "../stages.js";

export interface MaskDeps {
  readonly masking: { readonly current: Masking };
  /** Key of the hash operator, by tenant. */
  readonly hashKey: (tenant: string) => Uint8Array;
  readonly maxAnswerChars: number;
}

/** Turns what the model sent into what may be released. */
export function mask(deps: MaskDeps, prepared: Prepared): OperatorFunction<Reading, Released> {
  const { call, target, vault, request, decision } = prepared;
  const masker = new AnswerMasker({
    plan: deps.masking.current.plan(decision.obligations.mask as readonly MaskRule[]),
    scope: { hashKey: deps.hashKey(call.principal.tenant), pseudonyms: vault.answers },
    jsonText: request.neutral.responseFormat !== null && request.neutral.responseFormat.type !== "text",
    keepsCopies: !call.request.stream || target.upstream.dialect === "openai-responses",
    maxCopyChars: deps.maxAnswerChars,
  });
  return map(({ events, failure }) => {
    const released = masker.take(events);
    return released.failure === null && failure !== null ? { ...released, failure } : released;
  });
}
