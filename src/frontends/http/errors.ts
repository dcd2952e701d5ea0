import type { WireError } from "../../dialects/dialect.js";
import type { ErrorCode, SluiceError } from "../../domain/errors.js";
import { toErrorMessage } from "../event.js";

/** Status of each code on the gateway's own routes; the dialects map for theirs in the same sense.
 *  docs/errors.md lists them. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case "invalid_request":
    case "approval_pending":
      return 400;
    case "unauthenticated":
    case "token_expired":
      return 401;
    case "permission_denied":
    case "policy_denied":
    case "approval_rejected":
    case "approval_expired":
    case "stopped":
      return 403;
    case "not_found":
    case "model_not_found":
      return 404;
    case "method_not_allowed":
      return 405;
    case "conflict":
      return 409;
    case "too_large":
      return 413;
    case "rate_limited":
    case "overloaded":
      return 429;
    case "cancelled":
      return 499;
    case "upstream_rejected":
    case "upstream_broken":
      return 502;
    case "upstream_unavailable":
    case "storage_failed":
    case "shutdown":
    case "stalled":
    case "interrupted":
      return 503;
    case "upstream_timeout":
    case "deadline_exceeded":
      return 504;
    case "masking_failed":
    case "invalid_config":
    case "internal":
      return 500;
  }
}

/** Whether the same request may succeed later. SDKs obey `x-should-retry`; a denial is never sent again. */
export function mayRetry(code: ErrorCode): boolean {
  switch (code) {
    case "rate_limited":
    case "overloaded":
    case "upstream_unavailable":
    case "storage_failed":
    case "shutdown":
      return true;
    default:
      return false;
  }
}

/** The answer of a route that belongs to no dialect: RFC 9457 members with the `error` member that
 *  OpenAI's clients read beside them. */
export function ownError(error: SluiceError, requestId: string): WireError {
  const status = statusOf(error.code);
  const message = toErrorMessage(error);
  return {
    status,
    headers: { "content-type": "application/problem+json" },
    body: {
      type: `https://sluice.dev/errors/${error.code}`,
      title: error.code,
      status,
      detail: error.message,
      instance: requestId,
      error: { ...message, type: error.code, param: error.details.field ?? null },
    },
  };
}
