import type { WireError } from "../../dialects/dialect.js";
import { problemHeaders, problemOf } from "../../dialects/problem.js";
import type { SluiceError } from "../../domain/errors.js";
import { toErrorMessage } from "../event.js";

/** The answer of a route that belongs to no dialect: RFC 9457 members with the `error` member that
 *  OpenAI's clients read beside them. */
export function ownError(error: SluiceError, requestId: string): WireError {
  const { status } = problemOf(error.code, error.details);
  const message = toErrorMessage(error);
  return {
    status,
    headers: problemHeaders(error, requestId),
    body: {
      type: `https://sluice.dev/errors/${error.code}`,
      title: error.code,
      status,
      detail: error.message,
      instance: requestId,
      error: { ...message, type: error.code, param: error.details.field ?? null },
    },
  };
}
