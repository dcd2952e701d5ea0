import { STATUS_CODES } from "node:http";
import { problemOf } from "../dialects/problem.js";
import type { ErrorCode, SluiceError } from "../domain/errors.js";
import { toErrorMessage } from "./event.js";

/** Status line of a refused upgrade, as HTTP has it for the code. */
export function upgradeStatusOf(code: ErrorCode): string {
  const { status } = problemOf(code, {});
  return `${status} ${STATUS_CODES[status] ?? "Error"}`;
}

export function ownErrorBody(error: SluiceError): string {
  return JSON.stringify({
    error: { ...toErrorMessage(error), type: error.code, param: error.details.field ?? null },
  });
}
