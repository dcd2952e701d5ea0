import type { Principal } from "../domain/principal.js";
import type { Policy } from "./policy.js";
import type { Surroundings } from "./surroundings.js";
import { whyNotWho } from "./who.js";

/** All policies of one file, checked, under the hash that names them in every decision. */
export class PolicySet {
  /** `sha256:` and 64 hex digits, over the text of the file. */
  readonly version: string;
  readonly file: string;
  /** Whether the file holds more than policies. */
  readonly embedded: boolean;
  readonly policies: readonly Policy[];
  readonly surroundings: Surroundings;
  /** What is allowed and yet worth a look, as `file:line:column: ...`. */
  readonly warnings: readonly string[];

  constructor(facts: {
    readonly version: string;
    readonly file: string;
    readonly embedded: boolean;
    readonly policies: readonly Policy[];
    readonly surroundings: Surroundings;
    readonly warnings: readonly string[];
  }) {
    this.version = facts.version;
    this.file = facts.file;
    this.embedded = facts.embedded;
    this.policies = facts.policies;
    this.surroundings = facts.surroundings;
    this.warnings = facts.warnings;
  }

  /** A set is its own source: the PDP asks whatever holds policies for the current one. */
  get current(): PolicySet {
    return this;
  }

  /** Enforced policies whose `who` names the principal; for lists of models and connections. */
  namedFor(principal: Principal): readonly Policy[] {
    return this.policies.filter(({ mode, who }) => mode === "enforce" && whyNotWho(who, principal) === null);
  }
}
