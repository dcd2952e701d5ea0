import type { Command } from "commander";
import { EXIT, type Io, write } from "./io.js";

/** `sluice serve`: the gateway, until SIGTERM or SIGINT. SIGHUP reads configuration and policies again. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command("serve")
    .description("run the gateway")
    .requiredOption("--config <file>", "configuration file")
    .action(async ({ config: file }: { config: string }) => exit(await serve(file, io)));
}

async function serve(file: string, io: Io): Promise<number> {
  const [{ compose }, { loadConfig }, { formatAddress }, { loggerOf }, { watchFiles }] = await Promise.all([
    import("../compose.js"),
    import("../config/load.js"),
    import("../config/address.js"),
    import("./logger.js"),
    import("./watch-files.js"),
  ]);
  const config = loadConfig(file);
  const logger = loggerOf(config);
  const running = await compose(config, logger);
  const unwatch = watchFiles([...new Set([config.file, config.policyFile])], {
    changed: () => void running.reload(),
    hangup: io.hangup,
  });
  const version = running.policies.current.version.slice(0, 15);
  await write(
    io.stderr,
    `sluice: http ${formatAddress(running.http)}, grpc ${formatAddress(running.grpc)}, policy ${version}, ${running.rulesActive} rules\n`,
  );
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  unwatch();
  logger.info({}, "draining");
  await running.close();
  return EXIT.ok;
}
