import type { Command } from "commander";
import { EXIT, type Io, write } from "./io.js";

/** `sluice token USER`: a token of the demo's issuer, for trying things out. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command("token")
    .description("print a token of the running demo's issuer")
    .argument("<user>", "developer, reviewer, second-reviewer, auditor or operator")
    .action(async (user: string) => {
      const [{ readDemoState }, { parseIssuerState, tokenFromState }] = await Promise.all([
        import("../config/demo-state.js"),
        import("../identity/embedded-issuer.js"),
      ]);
      await write(io.stdout, `${await tokenFromState(parseIssuerState(readDemoState()), user)}\n`);
      exit(EXIT.ok);
    });
}
