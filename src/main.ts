#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { reportFailure } from "./cli/failure.js";
import { commands } from "./cli/index.js";
import { EXIT, type Io } from "./cli/io.js";
import { packageVersion } from "./cli/package-version.js";

const stopping = new AbortController();
const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
  signal: stopping.signal,
  hangup: (listener) => {
    process.on("SIGHUP", listener);
    return () => process.off("SIGHUP", listener);
  },
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The second one does not wait.
    if (stopping.signal.aborted) process.exit(EXIT.interrupted);
    stopping.abort();
  });
}
// A reader that went away (`sluice ... | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.internal);
});

const program = new Command("sluice")
  .description("A policy gateway for LLM token streams.")
  .version(packageVersion())
  .showSuggestionAfterError()
  .exitOverride();
let code: number = EXIT.ok;
for (const { register } of commands) {
  register(program, io, (exitCode) => {
    code = exitCode;
  });
}

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) code = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else code = await reportFailure(thrown, io);
}
process.exit(code);
