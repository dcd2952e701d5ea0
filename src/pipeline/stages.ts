import type { DecodedEvent, EchoMemory } from "../dialects/dialect.js";
import type { CompletionRequest } from "../dialects/request.js";
import type { Decision, Permit } from "../domain/decision.js";
import type { SluiceError } from "../domain/errors.js";
import type { Admission } from "../policy/rate-gate.js";
import type { CompletionCall } from "./call.js";
import type { PseudonymVault } from "./pseudonym-vault.js";
import type { Restoration } from "./restorer.js";
import type { RoutedModel } from "./router.js";
import type { SessionRun } from "./session-run.js";

/** What enters the pipeline: a request whose session has begun. */
export interface Asked {
  readonly run: SessionRun;
  readonly call: CompletionCall;
  readonly target: RoutedModel;
  /** HMAC of the exact request, caller, connection and model. */
  readonly digest: string;
  readonly vault: PseudonymVault;
  readonly echo: EchoMemory;
  /** Set once a reversible redaction applies. */
  readonly restoration: Restoration;
}

/** The PDP allowed it, perhaps after people did. */
export interface Allowed extends Asked {
  readonly decision: Extract<Decision, { effect: "allow" }>;
  readonly permit: Permit;
  /** Approval whose grant this call uses up. */
  readonly approval: string | null;
}

/** Counted against its rates. */
export interface Admitted extends Allowed {
  readonly admission: Admission;
}

/** As the model will see it. */
export interface Prepared extends Admitted {
  readonly request: CompletionRequest;
  /** The smaller of what the caller asks and the policy allows; null: nobody limits it. */
  readonly maxTokens: number | null;
}

/** The events of one read of the upstream. */
export interface Reading {
  readonly prepared: Prepared;
  readonly events: readonly DecodedEvent[];
  /** Why reading stops after these events. */
  readonly failure: SluiceError | null;
}
