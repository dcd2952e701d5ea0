import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { ErrorCode, SluiceError } from "../../domain/errors.js";
import { encodeRichStatus, RICH_STATUS_KEY } from "./rich-status.js";

/** gRPC status of each code; docs/errors.md lists them. A denial is never UNAVAILABLE: clients with a
 *  retry policy would send it again. */
export function statusOf(code: ErrorCode): status {
  switch (code) {
    case "invalid_request":
      return status.INVALID_ARGUMENT;
    case "unauthenticated":
    case "token_expired":
      return status.UNAUTHENTICATED;
    case "permission_denied":
    case "policy_denied":
    case "approval_rejected":
      return status.PERMISSION_DENIED;
    case "approval_expired":
    case "approval_pending":
      return status.FAILED_PRECONDITION;
    case "not_found":
    case "model_not_found":
      return status.NOT_FOUND;
    case "method_not_allowed":
      return status.UNIMPLEMENTED;
    case "conflict":
    case "stalled":
    case "interrupted":
    case "stopped":
      return status.ABORTED;
    case "too_large":
    case "rate_limited":
    case "overloaded":
      return status.RESOURCE_EXHAUSTED;
    case "upstream_unavailable":
    case "storage_failed":
    case "shutdown":
      return status.UNAVAILABLE;
    case "upstream_rejected":
      return status.FAILED_PRECONDITION;
    case "upstream_timeout":
    case "deadline_exceeded":
      return status.DEADLINE_EXCEEDED;
    case "cancelled":
      return status.CANCELLED;
    case "upstream_broken":
    case "masking_failed":
    case "invalid_config":
    case "internal":
      return status.INTERNAL;
  }
}

/** The error as grpc-js sends it: status, message, and the same with its details as `google.rpc.Status`. */
export function toServiceError(error: SluiceError): ServiceError {
  const code = statusOf(error.code);
  const metadata = new Metadata();
  metadata.set(RICH_STATUS_KEY, encodeRichStatus(code, error));
  return Object.assign(new Error(error.message), { code, details: error.message, metadata });
}
