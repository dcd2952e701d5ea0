import { concatMap, type OperatorFunction } from "rxjs";
import { promptView } from "../../dialects/request.js";
import type { EntryBody } from "../../domain/entry.js";
import { asSluiceError } from "../../domain/errors.js";
import type { Admission, RateGate } from "../../policy/rate-gate.js";
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
    if (admission.observed.length > 0 && !run.hasEnded) run.append(wouldRefuse(admission, decision));
    run.onEnd(() => {
      admission.release();
      const used = run.usage?.totalTokens ?? decision.promptTokens ?? 0;
      admission.settle({ totalTokens: used }).catch((thrown) => onProblem(asSluiceError(thrown)));
    });
    return { ...allowed, admission };
  });
}

/** A rate of a policy in mode observe stops nothing; that it would have stands in the log. */
function wouldRefuse(
  { observed }: Admission,
  { policyVersion, obligations }: Allowed["decision"],
): Extract<EntryBody, { type: "decided" }> {
  return {
    type: "decided",
    effect: "allow",
    reasons: observed.map(({ policy, rule }) => ({
      policy,
      rule,
      effect: "observe",
      message: "would refuse: it is used up",
    })),
    policyVersion,
    obligations: JSON.stringify(obligations),
    atRelease: false,
  };
}
