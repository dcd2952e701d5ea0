import type { Command } from "commander";
import type { AskFlags } from "./ask-flags.js";
import { withGatewayFlags } from "./flags.js";
import type { Io } from "./io.js";
import { parseCount } from "./time-argument.js";

/** `sluice ask`: a prompt to a model through the gateway, the answer as it streams. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(program.command("ask").description("ask a model through the gateway"))
    .argument("[prompt]", "the prompt, or - for standard input")
    .option("--model <model>", "model to ask; the demo's where --as is given")
    .option("--system <text>", "system text that goes before the prompt")
    .option("--max-tokens <count>", "most tokens of the answer", parseCount(1, 10_000_000))
    .option("--no-wait", "where people must decide first, leave the request waiting and exit with 6")
    .option("--raw", "send control characters of the model to the terminal", false)
    .action(async (prompt: string | undefined, options: AskFlags) => {
      exit(await (await import("./ask-model.js")).ask(prompt, options, io));
    });
}
