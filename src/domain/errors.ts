/**
 * The closed set of error codes. Each front end maps a code to its wire form in one file
 * (`frontends/<name>/errors.ts`); docs/errors.md says what the user can do about each.
 */
export const ERROR_CODES = [
  /** The request could not be read as what it claims to be; `field` names the place. */
  "invalid_request",
  /** A body, message, header or count is over its configured limit. */
  "too_large",
  /** No credential, or one that does not verify. */
  "unauthenticated",
  /** The token was valid when the call began and has expired since. */
  "token_expired",
  /** The caller lacks the role that the operation asks for. */
  "permission_denied",
  /** A policy denied the request, or cut its answer; `policy` and `rule` name which. */
  "policy_denied",
  /** A reviewer rejected the request. */
  "approval_rejected",
  /** Nobody decided in time, or a grant was not used in time. */
  "approval_expired",
  /** A review is pending and this client cannot be kept waiting; repeat to join it. */
  "approval_pending",
  /** No such session, approval or route, or not yours. */
  "not_found",
  /** No connection serves the model for this caller. */
  "model_not_found",
  /** The HTTP method is not one of the route's. */
  "method_not_allowed",
  /** Somebody else decided, or changed, the thing first. */
  "conflict",
  /** A rate or budget of a policy is used up; `retryAfterMs` says when to come back. */
  "rate_limited",
  /** The gateway is at capacity; `retryAfterMs` says when to come back. */
  "overloaded",
  /** The model could not be reached, or answered with a failure before the first chunk. */
  "upstream_unavailable",
  /** The model refused the request; `upstreamStatus` holds its status. */
  "upstream_rejected",
  /** The model's answer stopped making progress. */
  "upstream_timeout",
  /** The model's stream broke, ended without a terminator, or broke the rules of its dialect. */
  "upstream_broken",
  /** A detector failed; the stream ended rather than go on unmasked. */
  "masking_failed",
  /** The session log could not be written. */
  "storage_failed",
  /** The caller cancelled, or went away. */
  "cancelled",
  /** The caller's deadline passed. */
  "deadline_exceeded",
  /** A reviewer or operator stopped the session. */
  "stopped",
  /** The reader accepted nothing for the stall timeout; it may attach again. */
  "stalled",
  /** The gateway is shutting down. */
  "shutdown",
  /** The gateway died while the session was open. */
  "interrupted",
  /** The configuration or policy is not valid; the message holds file, line and column. */
  "invalid_config",
  /** A fault of the gateway itself. */
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a client may be told beside code and message. Never prompt text, tokens or credentials. */
export interface ErrorDetails {
  readonly policy?: string;
  readonly rule?: string;
  readonly policyVersion?: string;
  readonly field?: string;
  readonly session?: string;
  readonly approval?: string;
  readonly retryAfterMs?: number;
  readonly upstreamStatus?: number;
  readonly upstreamCode?: string;
  readonly upstreamRequestId?: string;
  /** A code that the provider's dialect defines and its clients react to, for example
   *  `previous_response_not_found`. */
  readonly dialectCode?: string;
}

/** The one error class. `message` is safe to show to the caller. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** Funnels whatever was thrown into the one class; an unknown thing becomes `internal`
 *  with a message that reveals nothing, and keeps its cause for the log. */
export function asSluiceError(thrown: unknown): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  return new SluiceError("internal", "The gateway failed internally.", {}, { cause: thrown });
}
