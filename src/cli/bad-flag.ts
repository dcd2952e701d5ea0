import { SluiceError } from "../domain/errors.js";

/** An argument that cannot be used, which exits as a usage error. `what` says what is wrong and what to do. */
export function badFlag(flag: string, what: string): SluiceError {
  return new SluiceError("invalid_request", `${flag}: ${what}`, { field: flag });
}
