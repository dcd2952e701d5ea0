import type { Command } from "commander";
import { EXIT, type Io, write } from "./io.js";
import { packageVersion } from "./package-version.js";

/** `sluice version`: this program's version and what it runs on, as a report of a fault should give them. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command("version")
    .description("print the version, and that of Node")
    .option("--json", "print JSON", false)
    .action(async ({ json }: { json: boolean }) => {
      const versions = {
        sluice: packageVersion(),
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
      };
      const line = json
        ? JSON.stringify(versions)
        : `sluice ${versions.sluice} (node ${versions.node}, ${versions.platform})`;
      await write(io.stdout, `${line}\n`);
      exit(EXIT.ok);
    });
}
