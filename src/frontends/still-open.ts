import { SluiceError } from "../domain/errors.js";

/** A replay has shown what was recorded when it began, and the session was still running then. */
export function stillOpen(): SluiceError {
  return new SluiceError(
    "conflict",
    "The replay reached the present: the session was still open. Follow it instead.",
  );
}
