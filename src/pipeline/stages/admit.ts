import { concatMap, type OperatorFunction } from "rxjs";
import { promptView } from "../../dialects/request.js";
import { asSluiceError } from "../../domain/errors.js";
import type { RateGate } from "../../policy/rate-gate.js";
import type { Admitted, Allowed } from "../stages.js";

export interface AdmitDeps {
  readonly rates: RateGate;
  readonly onProblem: (error: Error) => void;
}

/** Counts the completion against the rates of its policies, and settles the count when it ends. */
export function admit({ rates, onProblem }: AdmitDeps): OperatorFunction<Allowed, Admitted> {
  return concatMap(async (allowed) => {
    const { run, call, target, decision } = allowed;
    const admission = await rates.admit({
      principal: call.principal,
      connection: { name: target.route.connection, dialect: call.dialect.name },
      model: call.request.model,
      prompt: promptView(call.request),
      promptTokens: decision.promptTokens,
      onStanding: (standing) => void run.rates.push(standing),
    });
    run.onEnd(() => {
      admission.release();
      const used = run.usage?.totalTokens ?? decision.promptTokens ?? 0;
      admission.settle({ totalTokens: used }).catch((thrown) => onProblem(asSluiceError(thrown)));
    });
    return { ...allowed, admission };
  });
}
