import { asSluiceError, type SluiceError } from "../domain/errors.js";
import { exitCodeOf, reportFailure } from "./failure.js";
import type { OutputFlags } from "./flags.js";
import { EXIT, type Io, write } from "./io.js";
import { nextStep } from "./next-step.js";
import { jsonText, Output, visible } from "./output.js";

/**
 * Runs the body of a command and tells its failure: a sentence and what to do next on standard error, and
 * with --json `{"error": {"code", "message", "next"}}` on standard output. Returns the exit code.
 */
export async function act(
  flags: OutputFlags,
  io: Io,
  body: (output: Output) => Promise<number>,
): Promise<number> {
  try {
    return await body(new Output(io, flags));
  } catch (thrown) {
    const error = asSluiceError(thrown);
    await report(error, flags, io);
    const isUsage = /^(?:-|<|SLUICE_)/.test(error.details.field ?? "");
    return isUsage ? EXIT.usage : exitCodeOf(error.code);
  }
}

async function report(error: SluiceError, flags: OutputFlags, io: Io): Promise<void> {
  const next = nextStep(error);
  if (flags.json) {
    const { code, message } = error;
    await write(io.stdout, `${jsonText({ error: { code, message, next } })}\n`);
    return;
  }
  if (error.code === "internal") await reportFailure(error, io);
  else await write(io.stderr, `sluice: ${visible(error.message)}\n`);
  if (next !== null && !flags.quiet) await write(io.stderr, `  next: ${visible(next)}\n`);
}
