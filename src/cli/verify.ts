import type { Command } from "commander";
import { withGatewayFlags } from "./flags.js";
import type { Io } from "./io.js";
import type { VerifyFlags } from "./verify-flags.js";

/** `sluice verify`: whether records were changed, cut, removed or put back. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(
    program.command("verify").description("check records for changes; exit code 1 means that there are some"),
  )
    .argument("[session]", "one session; without it, the ledger and every session")
    .option("--dir <folder>", "read the data folder of a gateway that is not running")
    .option(
      "--config <file>",
      "take the data folder and the keys from this configuration, with --dir or alone",
    )
    .option("--export <file>", "check an NDJSON export instead")
    .option("--anchor <file>", "signed heads of the ledger, from outside the data folder")
    .option("--public-key <file>", "PEM of a key that signs; may be given again", collect, [])
    .action(async (session: string | undefined, options: VerifyFlags) => {
      exit(await (await import("./verify-records.js")).verify(session, options, io));
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
