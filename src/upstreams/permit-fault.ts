import type { Permit } from "../domain/decision.js";
import { SluiceError } from "../domain/errors.js";

/** A permit opens the connection that it names and no other; null: it names this one. */
export function permitFault(permit: Permit, connection: string): SluiceError | null {
  if (permit.connection === connection) return null;
  const cause = new Error("the permit names another connection");
  return new SluiceError("internal", "The gateway failed internally.", {}, { cause });
}
