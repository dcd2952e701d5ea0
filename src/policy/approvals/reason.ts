import { SluiceError } from "../../domain/errors.js";

const MAX_LENGTH = 1000;

/** A reason is kept for good and shown in terminals and logs, so it is short and plain text. */
export function checkReason(reason: string): void {
  const length = reason.trim().length;
  if (length === 0) throw refused("A reason is needed.");
  if (reason.length > MAX_LENGTH)
    throw refused(`A reason has at most ${MAX_LENGTH} characters, not ${reason.length}.`);
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(reason.replaceAll("\n", ""))) {
    throw refused("A reason may not hold control characters.");
  }
}

function refused(message: string): SluiceError {
  return new SluiceError("invalid_request", message, { field: "reason" });
}
