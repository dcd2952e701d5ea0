import type { EndError, EntryOf } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import type { FrameSink } from "../dialect.js";
import { errorMember } from "../openai/errors.js";
import { problemOf } from "../problem.js";

/**
 * The frame after which every client of the Responses API raises: its error stands in the event itself, as the
 * published schema says, and in a member, as the clients want it.
 */
export function errorEvent(error: EndError, sequence: number): JsonObject {
  const member = errorMember(error);
  return {
    type: "error",
    sequence_number: sequence,
    code: member["code"] ?? null,
    message: error.message,
    param: member["param"] ?? null,
    error: member,
  };
}

/** `response.error`, whose code is one of a closed set. Agents take `invalid_prompt` as final. */
export function responseError(error: EndError): JsonObject {
  const { retry, status } = problemOf(error.code, error.details);
  const again = status === 429 ? "rate_limit_exceeded" : "server_error";
  return { code: retry ? again : "invalid_prompt", message: error.message };
}

/** Ends a stream of which nothing but its ending is known. */
export function failResponsesStream(ended: EntryOf<"ended">, sink: FrameSink): void {
  if (ended.error === null) return;
  const { error, seq } = ended;
  sink.frame("error", JSON.stringify(errorEvent(error, seq)), seq);
  const response = {
    id: `resp_${error.details.session ?? ""}`,
    object: "response",
    status: "failed",
    error: responseError(error),
    incomplete_details: null,
    output: [],
  };
  const failed = { type: "response.failed", sequence_number: seq + 1, response };
  sink.frame("response.failed", JSON.stringify(failed), seq);
}
