import type { Command } from "commander";
import { type OutputFlags, withOutputFlags } from "./flags.js";
import type { Io } from "./io.js";
import { parseLength } from "./time-argument.js";

/** `sluice doctor`: looks at everything that a gateway needs; exit code 1 where something is broken. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  withOutputFlags(program.command("doctor").description("check everything that a gateway needs"))
    .option("--config <file>", "configuration file", "sluice.yaml")
    .option("--offline", "leave out issuers and models", false)
    .option("--timeout <time>", "for each look at the network", parseLength, 5000)
    .action(async (options: OutputFlags & { config: string; offline: boolean; timeout: number }) => {
      exit(await (await import("./doctor/examine.js")).examine(options, io));
    });
}
