import type { Command } from "commander";
import { withOutputFlags } from "./flags.js";
import type { InitFlags } from "./init/init-flags.js";
import type { Io } from "./io.js";

/** `sluice init`: a configuration to begin with. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  withOutputFlags(program.command("init").description("write sluice.yaml and policies.yaml to begin with"))
    .argument("[folder]", "where to write them", ".")
    .option("--provider <name>", "openai, anthropic, gemini, ollama or demo", "openai")
    .option("--issuer <url>", "OpenID issuer of your people and jobs", "https://login.example.com")
    .option("--audience <name>", "what stands in `aud` of their tokens", "sluice")
    .option("--group <name>", "group that may ask", "engineering")
    .option("--reviewers <name>", "group that decides reviews", "compliance")
    .option("--force", "replace files that exist", false)
    .action(async (folder: string, options: InitFlags) => {
      exit(await (await import("./init/write-files.js")).init(folder, options, io));
    });
}
