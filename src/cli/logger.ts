import { pino } from "pino";
import type { Logger } from "../compose.js";
import type { Config } from "../config/load.js";

/** The operator's log: JSON lines on standard error. Values that could be secrets never come this far;
 *  the names below are a second net. */
export function loggerOf(config: Config): Logger {
  return pino(
    {
      level: config.written.log.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ["authorization", "token", "credential", "*.authorization", "*.token", "*.credential"],
      serializers: {
        err: (error: unknown) =>
          error instanceof Error
            ? {
                name: error.name,
                message: error.message,
                code: "code" in error ? error.code : undefined,
                stack: error.stack,
              }
            : { message: "unknown" },
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
