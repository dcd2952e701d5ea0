import { type ServiceError, status } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { ERROR_CODES, type ErrorCode, type ErrorDetails, SluiceError } from "../domain/errors.js";

/** The parts of `google.rpc.Status` that a gateway sends. @see google/rpc/error_details.proto */
const types = protobuf.Root.fromJSON({
  nested: {
    Any: { fields: { typeUrl: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } } },
    Status: {
      fields: { message: { type: "string", id: 2 }, details: { rule: "repeated", type: "Any", id: 3 } },
    },
    Entry: { fields: { key: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
    ErrorInfo: {
      fields: {
        reason: { type: "string", id: 1 },
        domain: { type: "string", id: 2 },
        metadata: { rule: "repeated", type: "Entry", id: 3 },
      },
    },
    Duration: { fields: { seconds: { type: "double", id: 1 }, nanos: { type: "int32", id: 2 } } },
  },
});
const Status = types.lookupType("Status");
const ErrorInfo = types.lookupType("ErrorInfo");

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
  const [bytes] = metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(bytes)) return null;
  try {
    const decoded = Status.toObject(Status.decode(bytes)) as {
      details?: { typeUrl: string; value: Buffer }[];
    };
    const info = decoded.details?.find(({ typeUrl }) => typeUrl.endsWith("/google.rpc.ErrorInfo"));
    if (info === undefined) return null;
    const { reason, metadata: entries = [] } = ErrorInfo.toObject(ErrorInfo.decode(info.value)) as {
      reason?: string;
      metadata?: { key: string; value: string }[];
    };
    const code = ERROR_CODES.find((known) => known === reason?.toLowerCase());
    return code === undefined ? null : { code, details: namedDetails(entries) };
  } catch {
    return null;
  }
}

const NAMES = ["policy", "rule", "field", "session", "approval"] as const;

function namedDetails(entries: readonly { readonly key: string; readonly value: string }[]): ErrorDetails {
  const found = NAMES.flatMap((name) => {
    const entry = entries.find(({ key }) => key === name);
    return entry === undefined ? [] : [[name, entry.value] as const];
  });
  return Object.fromEntries(found);
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
