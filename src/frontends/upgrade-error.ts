import { STATUS_CODES } from "node:http";
import type { ErrorCode, SluiceError } from "../domain/errors.js";
import { toErrorMessage } from "./event.js";
import { statusOf } from "./http/errors.js";

/** Status line of a refused upgrade, as HTTP has it for the code. */
export function upgradeStatusOf(code: ErrorCode): string {
  const status = statusOf(code);
  return `${status} ${STATUS_CODES[status] ?? "Error"}`;
}

export function ownErrorBody(error: SluiceError): string {
  return JSON.stringify({
    error: { ...toErrorMessage(error), type: error.code, param: error.details.field ?? null },
  });
}
