import type { Command } from "commander";
import type { Io } from "./io.js";

/** `sluice demo`: the first minute, without account or network. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command("demo")
    .description("see a prompt blocked, an answer masked, a request approved, a session replayed")
    .option("--fast", "do not wait for the model to type", false)
    .option("--stay", "keep running without a terminal too", false)
    .option("--port <number>", "HTTP port; gRPC takes the next one", "4000")
    .action(async (options: { fast: boolean; stay: boolean; port: string }) => {
      const { demo } = await import("./demo-run.js");
      exit(
        await demo(
          { fast: options.fast, stay: options.stay || io.isTerminal, port: Number(options.port) },
          io,
        ),
      );
    });
}
