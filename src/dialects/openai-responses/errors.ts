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

/** No log of so many entries has more frames for each: a channel has five of its own, a chunk has one. */
const FRAMES_PER_ENTRY = 5;

/** Ends a stream of which nothing but its ending is known; its numbers are beyond every number before. */
export function failResponsesStream(ended: EntryOf<"ended">, sink: FrameSink): void {
  if (ended.error === null) return;
  const { error, seq } = ended;
  const sequence = seq * FRAMES_PER_ENTRY;
  sink.frame("error", JSON.stringify(errorEvent(error, sequence)), seq);
  const response = {
    id: `resp_${error.details.session ?? ""}`,
    object: "response",
    status: "failed",
    error: responseError(error),
    incomplete_details: null,
    output: [],
  };
  const failed = { type: "response.failed", sequence_number: sequence + 1, response };
  sink.frame("response.failed", JSON.stringify(failed), seq);
}
