import { type ServiceError, status } from "@grpc/grpc-js";
import { ERROR_CODES, type ErrorCode, type ErrorDetails, SluiceError } from "../domain/errors.js";
import { decodeRichStatus, RICH_STATUS_KEY } from "../frontends/grpc/rich-status.js";

/** What a call failed with, as the gateway said it; what gRPC itself reports becomes the nearest code. */
export function fromServiceError(error: ServiceError, address: string): SluiceError {
  const said = detailsOf(error);
  if (said !== null) return new SluiceError(said.code, error.details, said.details);
  const [code, message] = unsaid(error, address);
  return new SluiceError(code, message, {}, { cause: error });
}

interface Said {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
}

function detailsOf({ metadata }: ServiceError): Said | null {
  const info = decodeRichStatus(metadata?.get(RICH_STATUS_KEY)[0]);
  const code = ERROR_CODES.find((known) => known === info?.reason.toLowerCase());
  return info === null || code === undefined ? null : { code, details: namedDetails(info.metadata) };
}

const NAMES = ["policy", "rule", "field", "session", "approval"] as const;

function namedDetails(said: Readonly<Record<string, string>>): ErrorDetails {
  return Object.fromEntries(NAMES.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]])));
}

function unsaid(error: ServiceError, address: string): readonly [ErrorCode, string] {
  switch (error.code) {
    case status.UNAVAILABLE:
      return [
        "upstream_unavailable",
        `No gateway answers at ${address}: ${briefly(error.details)}. Is it running? --url gives its gRPC address.`,
      ];
    case status.UNAUTHENTICATED:
      return ["unauthenticated", error.details];
    case status.PERMISSION_DENIED:
      return ["permission_denied", error.details];
    case status.NOT_FOUND:
      return ["not_found", error.details];
    case status.DEADLINE_EXCEEDED:
      return [
        "deadline_exceeded",
        `The gateway at ${address} did not answer in time; --timeout gives it more.`,
      ];
    case status.CANCELLED:
      return ["cancelled", "The call was cancelled."];
    case status.UNIMPLEMENTED:
      return ["method_not_allowed", `The gateway at ${address} does not serve this; it may be an older one.`];
    case status.INVALID_ARGUMENT:
      return ["invalid_request", error.details];
    case status.RESOURCE_EXHAUSTED:
      return ["too_large", error.details];
    default:
      return ["upstream_broken", `The call failed: ${briefly(error.details)}.`];
  }
}

/** The last of grpc's reasons, which is the one that tells something. */
function briefly(details: string): string {
  return details
    .replace(/^.*Last error: /s, "")
    .slice(0, 200)
    .replace(/[.\s]+$/, "");
}
