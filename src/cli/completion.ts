import { Argument, type Command } from "commander";
import { completionScript, SHELLS, type Shell } from "./completion-script.js";
import { EXIT, type Io, write } from "./io.js";

/** `sluice completion SHELL`: a script that the shell reads to complete commands and flags. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command("completion")
    .description(
      "print a script that completes commands and flags, for example: source <(sluice completion bash)",
    )
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .action(async (shell: Shell) => {
      await write(io.stdout, completionScript(program, shell));
      exit(EXIT.ok);
    });
}
