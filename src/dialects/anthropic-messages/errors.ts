import type { EndError } from "../../domain/entry.js";
import type { ErrorCode, ErrorDetails, SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { FrameSink, WireError } from "../dialect.js";
import { detailMembers, problemHeaders, problemMembers, problemOf } from "../problem.js";

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

function errorMember(error: Failure): JsonObject {
  return {
    type: problemOf(error.code, error.details).anthropic,
    message: error.message,
    details: { error_code: error.details.dialectCode ?? error.code, ...detailMembers(error.details) },
  };
}

/** Anthropic's form, in which `type` stays `error`, with the other members of RFC 9457 beside it. */
export function messagesError(error: SluiceError, requestId: string): WireError {
  return {
    status: problemOf(error.code, error.details).status,
    headers: problemHeaders(error, requestId),
    body: {
      ...problemMembers(error, requestId),
      type: "error",
      error: errorMember(error),
      request_id: requestId,
    },
  };
}

/** The text stands at the top as well: without it the SDK shows the whole JSON as its message. */
export function failMessagesStream(error: EndError, seq: number, sink: FrameSink): void {
  const body = { type: "error", error: errorMember(error), message: error.message };
  sink.frame("error", JSON.stringify(body), seq);
}
