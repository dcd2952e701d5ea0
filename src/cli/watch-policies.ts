import { unwatchFile, watchFile } from "node:fs";
import type { Logger } from "../compose.js";
import type { Reload } from "../policy/policy-store.js";

const POLL_MS = 1000;

/** Reads the policies again when their file changes or a hang-up comes. Returns how to stop. */
export function watchPolicies(
  file: string,
  {
    reload,
    logger,
    hangup,
  }: {
    readonly reload: () => Reload;
    readonly logger: Logger;
    readonly hangup: (listener: () => void) => () => void;
  },
): () => void {
  const again = (): void => {
    try {
      const result = reload();
      if (result.outcome === "replaced")
        logger.info({ version: result.to.version }, "new policies are in force");
    } catch (error) {
      logger.error({ err: error }, "the policies could not be read; the old ones stay");
    }
  };
  // Polling, since editors and mounted volumes replace files in ways that events miss.
  watchFile(file, { interval: POLL_MS, persistent: false }, again);
  const stop = hangup(again);
  return () => {
    unwatchFile(file, again);
    stop();
  };
}
