import { errorMember } from "../../dialects/openai/errors.js";
import { problemOf } from "../../dialects/problem.js";
import type { EndError } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";

/** Close codes; agents connect again after 1001, and after neither of the others. */
export const CLOSE = { goneAway: 1001, notText: 1003, abuse: 1008 } as const;

/**
 * The one frame that ends a response that did not end well. Agents try again after every other status than
 * 400, so that is what everything has that another try would not mend.
 */
export function errorFrame(error: EndError, streamId: string | null): string {
  const { retry, status, openai } = problemOf(error.code, error.details);
  const isFinal = !retry && status !== 401;
  const type = isFinal ? "invalid_request_error" : openai;
  const frame = {
    type: "error",
    status: isFinal ? 400 : status,
    error: { ...errorMember(error), type },
    ...(streamId === null ? {} : { stream_id: streamId }),
  };
  return JSON.stringify(frame);
}

/** Too many lanes, or responses at one time. */
export function streamLimit(message: string): SluiceError {
  return new SluiceError("invalid_request", message, {
    field: "stream_id",
    dialectCode: "websocket_stream_limit_reached",
  });
}

export function connectionLimit(): SluiceError {
  return new SluiceError("invalid_request", "The connection has reached its age limit; open a new one.", {
    dialectCode: "websocket_connection_limit_reached",
  });
}
