import type { EndError } from "../../domain/entry.js";
import type { ErrorCode, ErrorDetails, SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject } from "../../domain/json.js";
import { codeOf, requestIdOf } from "../decoded.js";
import type { FrameSink, WireError } from "../dialect.js";
import {
  detailMembers,
  problemHeaders,
  problemMembers,
  problemOf,
  problemType,
  upstreamError,
} from "../problem.js";

/** The `error` member that OpenAI's clients turn into their typed errors. */
export function errorMember(error: {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}): JsonObject {
  const problem = problemOf(error.code, error.details);
  return {
    message: error.message,
    type: problem.openai,
    param: error.details.field ?? null,
    code: error.details.dialectCode ?? error.code,
    ...detailMembers(error.details),
  };
}

/** One body for both kinds of reader: OpenAI's `error` and the members of RFC 9457. */
export function openaiError(error: SluiceError, requestId: string): WireError {
  return {
    status: problemOf(error.code, error.details).status,
    headers: problemHeaders(error, requestId),
    body: { error: errorMember(error), type: problemType(error.code), ...problemMembers(error, requestId) },
  };
}

/** The one frame after which every client of chat completions raises. */
export function failChatStream(error: EndError, seq: number, sink: FrameSink): void {
  sink.frame(null, JSON.stringify({ error: errorMember(error) }), seq);
}

export function openaiUpstreamError(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  body: Buffer,
): SluiceError {
  return upstreamError(status, {
    code: codeIn(body),
    requestId: requestIdOf(headers["x-request-id"] ?? headers["request-id"]),
    retryAfter: headers["retry-after"],
  });
}

const MAX_ERROR_BODY = 65_536;

function codeIn(body: Buffer): string | null {
  if (body.length > MAX_ERROR_BODY) return null;
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    const error = isJsonObject(value) ? (value["error"] ?? value) : null;
    return isJsonObject(error) ? (codeOf(error["code"]) ?? codeOf(error["type"])) : null;
  } catch {
    return null;
  }
}
