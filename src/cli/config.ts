import type { Command } from "commander";
import { type OutputFlags, withOutputFlags } from "./flags.js";
import type { Io } from "./io.js";

/** `sluice config`: whether a configuration is valid, and what it comes to. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  const config = program.command("config").description("check a configuration, or show what it comes to");
  withOutputFlags(
    config.command("check").description("name everything wrong with a configuration and its policies"),
  )
    .option("--config <file>", "configuration file", "sluice.yaml")
    .action(async (options: OutputFlags & { config: string }) => {
      exit(await (await import("./config/check.js")).check(options, io));
    });
  withOutputFlags(
    config.command("show").description("show every setting with its default; secrets only by source"),
  )
    .option("--config <file>", "configuration file", "sluice.yaml")
    .action(async (options: OutputFlags & { config: string }) => {
      exit(await (await import("./config/show.js")).show(options, io));
    });
}
