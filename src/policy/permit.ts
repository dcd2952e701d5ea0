import type { Permit } from "../domain/decision.js";
import type { Obligations } from "../domain/obligation.js";

/** Mints the proof that the PDP allowed a request. The PDP alone calls this, after it has decided. */
export function mintPermit(facts: {
  readonly session: string;
  readonly connection: string;
  readonly model: string;
  readonly policyVersion: string;
  readonly obligations: Obligations;
}): Permit {
  return Object.freeze({ ...facts }) as Permit;
}
