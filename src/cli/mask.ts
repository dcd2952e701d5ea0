import type { Command } from "commander";
import type { LoadedDetectors } from "../compose/detectors.js";
import type { Io } from "./io.js";

/** `sluice mask`: standard input to standard output, masked. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command("mask")
    .description("mask standard input to standard output while it streams")
    .option(
      "--ndjson",
      'read lines {"text": "...", "chunks": [3, 1]}, write {"masked", "findings", "emitted"}',
      false,
    )
    .option(
      "--entities <list>",
      "entities, detector ids or groups, separated by commas (default: all but URL and DATE_TIME)",
    )
    .option("--whole", "mask the whole input at once", false)
    .option("--config <file>", "also use the detectors of this configuration")
    .action(async (options: { ndjson: boolean; whole: boolean; entities?: string; config?: string }) => {
      const { ndjson, whole, entities = null } = options;
      const { mask } = await import("./mask-filter.js");
      exit(await mask({ ndjson, whole, entities, ...(await detectorsOf(options.config)) }, io));
    });
}

async function detectorsOf(config: string | undefined): Promise<LoadedDetectors> {
  if (config === undefined) {
    const [{ builtInDetectors: detectors }, { validators }] = await Promise.all([
      import("../patterns/detectors/index.js"),
      import("../patterns/validators/index.js"),
    ]);
    return { detectors, validators, notes: [] };
  }
  const [{ loadConfig }, { loadDetectors }] = await Promise.all([
    import("../config/load.js"),
    import("../compose/detectors.js"),
  ]);
  return loadDetectors(loadConfig(config));
}
