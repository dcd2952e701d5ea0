import type { Principal } from "../domain/principal.js";
import type { Policy } from "./policy.js";
import type { Surroundings } from "./surroundings.js";
import { whyNotWho } from "./who.js";

interface PolicyFacts {
  /** `sha256:` and 64 hex digits, over the text of the file. */
  readonly version: string;
  readonly file: string;
  /** Whether the file holds more than policies. */
  readonly embedded: boolean;
  readonly policies: readonly Policy[];
  readonly surroundings: Surroundings;
  /** What is allowed and yet worth a look, as `file:line:column: ...`. */
  readonly warnings: readonly string[];
}

/** All policies of one file, checked, under the hash that names them in every decision. */
export interface PolicySet extends PolicyFacts {
  /** A set is its own source: the PDP asks whatever holds policies for the current one. */
  readonly current: PolicySet;
  /** Enforced policies whose `who` names the principal; for lists of models and connections. */
  namedFor(principal: Principal): readonly Policy[];
}

export function policySet(facts: PolicyFacts): PolicySet {
  return {
    ...facts,
    get current() {
      return this;
    },
    namedFor: (principal) =>
      facts.policies.filter(({ mode, who }) => mode === "enforce" && whyNotWho(who, principal) === null),
  };
}
