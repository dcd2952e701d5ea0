import type { Principal } from "../domain/principal.js";
import { diffPolicies } from "./diff-policies.js";
import { matchesGlob } from "./glob.js";
import type { Policy } from "./policy.js";
import type { PolicySet } from "./policy-set.js";
import { whyNotWho } from "./who.js";

/** Whom and what a completion under way is about; all that can be told without reading its prompt. */
export interface UnderWay {
  readonly principal: Principal;
  readonly connection: { readonly name: string };
  readonly model: string;
}

/** What new policies mean for completions under way. */
export interface ReloadReach {
  /** Whether a policy that names it has changed, come or gone; otherwise its decision is what it was. */
  concerns(completion: UnderWay): boolean;
  /** Whether some policy may still let it go on; if none does, no prompt needs to be read to end it. */
  mayGoOn(completion: UnderWay): boolean;
}

/** Judging a prompt takes milliseconds, and thousands may be under way: most need no judging, some cannot wait. */
export function reachOf(from: PolicySet, to: PolicySet): ReloadReach {
  const changed = new Set(diffPolicies(from, to).map(({ policy }) => policy));
  const touched = [...from.policies, ...to.policies].filter(({ name }) => changed.has(name));
  const granting = to.policies.filter(({ mode }) => mode === "enforce");
  return {
    concerns: (completion) => touched.some((policy) => names(policy, completion)),
    mayGoOn: (completion) => granting.some((policy) => names(policy, completion)),
  };
}

function names(policy: Policy, { principal, connection, model }: UnderWay): boolean {
  return (
    whyNotWho(policy.who, principal) === null &&
    policy.connections.includes(connection.name) &&
    policy.models.some((glob) => matchesGlob(glob, model))
  );
}
