import protobuf from "protobufjs";
import type { SluiceError } from "../../domain/errors.js";

/** @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto */
const types = protobuf.Root.fromJSON({
  nested: {
    Any: { fields: { typeUrl: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } } },
    Status: {
      fields: {
        code: { type: "int32", id: 1 },
        message: { type: "string", id: 2 },
        details: { rule: "repeated", type: "Any", id: 3 },
      },
    },
    ErrorInfo: {
      fields: {
        reason: { type: "string", id: 1 },
        domain: { type: "string", id: 2 },
        metadata: { rule: "repeated", type: "MapEntry", id: 3 },
      },
    },
    // What a map is on the wire.
    MapEntry: { fields: { key: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
    Duration: { fields: { seconds: { type: "int64", id: 1 }, nanos: { type: "int32", id: 2 } } },
    RetryInfo: { fields: { retryDelay: { type: "Duration", id: 1 } } },
  },
});
const Status = types.lookupType("Status");
const ErrorInfo = types.lookupType("ErrorInfo");
const RetryInfo = types.lookupType("RetryInfo");

const DOMAIN = "sluice.dev";
const TYPE_PREFIX = "type.googleapis.com/google.rpc.";

/** The trailer that carries a `google.rpc.Status` with ErrorInfo and RetryInfo. */
export const RICH_STATUS_KEY = "grpc-status-details-bin";

/** `reason` is the code in upper case; `metadata` holds the details by their names. */
export function encodeRichStatus(code: number, error: SluiceError): Buffer {
  const { retryAfterMs, ...named } = error.details;
  const metadata = Object.entries(named).map(([key, value]) => ({ key, value: String(value) }));
  const info = { reason: error.code.toUpperCase(), domain: DOMAIN, metadata };
  const details = [{ typeUrl: `${TYPE_PREFIX}ErrorInfo`, value: ErrorInfo.encode(info).finish() }];
  if (retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: Math.floor(retryAfterMs / 1000),
      nanos: Math.round((retryAfterMs % 1000) * 1e6),
    };
    details.push({ typeUrl: `${TYPE_PREFIX}RetryInfo`, value: RetryInfo.encode({ retryDelay }).finish() });
  }
  return Buffer.from(Status.encode({ code, message: error.message, details }).finish());
}

export interface ErrorInfo {
  /** An error code in upper case, where a gateway sent it. */
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the trailer of a failed call says; null where it has none or holds something else. */
export function decodeRichStatus(bytes: unknown): ErrorInfo | null {
  if (!Buffer.isBuffer(bytes)) return null;
  try {
    const { details = [] }: { details?: { typeUrl: string; value: Buffer }[] } = Status.toObject(
      Status.decode(bytes),
    );
    const any = details.find(({ typeUrl }) => typeUrl === `${TYPE_PREFIX}ErrorInfo`);
    if (any === undefined) return null;
    const info: { reason?: string; metadata?: { key: string; value: string }[] } = ErrorInfo.toObject(
      ErrorInfo.decode(any.value),
    );
    const named = (info.metadata ?? []).map(({ key, value }) => [key, value] as const);
    return { reason: info.reason ?? "", metadata: Object.fromEntries(named) };
  } catch {
    return null;
  }
}
