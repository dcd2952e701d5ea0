import type { Config } from "../config/load.js";
import type { Clock } from "../domain/time.js";
import type { SessionLog } from "../recording/session-log.js";

const RETENTION_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

interface Keeping {
  readonly clock: Clock;
  readonly logger: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Deletes what is older or more than the configuration keeps, now and every ten minutes. */
export function keepWithin(
  log: SessionLog,
  { days, size }: Config["written"]["recording"]["retention"],
  { clock, logger }: Keeping,
): () => void {
  let cancel = (): void => {};
  if (days === undefined && size === undefined) return cancel;
  const policy = {
    ...(days === undefined ? {} : { maxAgeMs: days * DAY_MS }),
    ...(size === undefined ? {} : { maxBytes: size }),
  };
  const run = (): void => {
    log
      .retain(policy)
      .then((deleted) => deleted > 0 && logger.info({ deleted }, "old sessions were deleted"))
      .catch((err: unknown) => logger.error({ err }, "retention failed"))
      .finally(() => {
        cancel = clock.after(RETENTION_MS, run);
      });
  };
  cancel = clock.after(0, run);
  return () => cancel();
}
