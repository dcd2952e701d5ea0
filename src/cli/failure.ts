import { asSluiceError, type ErrorCode } from "../domain/errors.js";
import { EXIT, type Io, write } from "./io.js";

/** Says what went wrong on stderr and returns the exit code. */
export async function reportFailure(thrown: unknown, io: Pick<Io, "stderr">): Promise<number> {
  const error = asSluiceError(thrown);
  const cause = error.code === "internal" && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  await write(io.stderr, `sluice: ${error.message}${cause}\n`);
  return exitCodeOf(error.code);
}

export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case "not_found":
    case "model_not_found":
      return EXIT.notFound;
    case "unauthenticated":
    case "token_expired":
    case "permission_denied":
      return EXIT.authentication;
    case "upstream_unavailable":
    case "upstream_timeout":
    case "overloaded":
    case "shutdown":
      return EXIT.unreachable;
    case "approval_pending":
    case "deadline_exceeded":
      return EXIT.pending;
    case "internal":
      return EXIT.internal;
    case "cancelled":
      return EXIT.interrupted;
    default:
      return EXIT.no;
  }
}
