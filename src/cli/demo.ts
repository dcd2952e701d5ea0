import type { Command } from "commander";
import type { Io } from "./io.js";
import { parseCount } from "./time-argument.js";

/** `sluice demo`: the first minute, without account or network. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command("demo")
    .description("see a prompt blocked, an answer masked, a request approved, a session replayed")
    .option("--fast", "do not wait for the model to type", false)
    .option("--stay", "keep running without a terminal too", false)
    .option(
      "--port <number>",
      "HTTP port; gRPC takes the next one; 0: any free ones",
      parseCount(0, 65_534),
      4000,
    )
    .action(async ({ fast, stay, port }: { fast: boolean; stay: boolean; port: number }) => {
      const { demo } = await import("./demo-run.js");
      exit(await demo({ fast, stay: stay || io.isTerminal, port }, io));
    });
}
