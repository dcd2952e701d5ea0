import type { EndError } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
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
