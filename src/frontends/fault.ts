import type { SluiceError } from "../domain/errors.js";
import type { FrontEndLogger } from "./front-end.js";

/** Writes a fault of the gateway's own to the operator's log: where it was thrown, never its message,
 *  which may hold text of a prompt. Errors that callers cause are not written. */
export function reportFault(logger: FrontEndLogger, error: SluiceError, fields: object): void {
  if (error.code !== "internal") return;
  const { cause } = error;
  const thrown = cause instanceof Error ? cause : error;
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  logger.error(
    { ...fields, thrown: thrown.constructor.name, at: frames.slice(0, 5).map((frame) => frame.trim()) },
    "a request failed internally",
  );
}
