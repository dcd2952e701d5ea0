import type { ErrorMessage } from "./messages.js";

/** Why a stream did not end well; docs/errors.md lists the codes. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  readonly code: string;
  readonly details: ErrorMessage;

  constructor(details: ErrorMessage) {
    super(details.message);
    this.code = details.code;
    this.details = details;
  }
}
