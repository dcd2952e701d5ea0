import type { JsonObject } from "../../domain/json.js";

/** An explanation, from files or from a gateway, ready to print. */
export interface Shown {
  readonly json: JsonObject;
  readonly text: string;
  readonly denied: boolean;
}

export interface Step {
  readonly policy: string;
  /** Null: the policy as a whole. */
  readonly rule: string | null;
  readonly applied: boolean;
  readonly effect: string;
  readonly why: string;
}
