import { getHeapStatistics } from "node:v8";
import type { Config } from "../config/load.js";
import type { Clock } from "../domain/time.js";
import { AdmissionGate } from "../pipeline/admission-gate.js";
import { LoadWatch, type Strain } from "../pipeline/load-watch.js";

interface Admitting {
  readonly clock: Clock;
  readonly logger: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  readonly openSessions: () => number;
  readonly beginnings: () => number;
}

/** Where new sessions come in, and what watches whether the process still carries them. */
export function admissionOf(
  { written: { limits, timeouts } }: Config,
  { clock, logger, openSessions, beginnings }: Admitting,
): { readonly admission: AdmissionGate; readonly load: LoadWatch } {
  const load = new LoadWatch({
    clock,
    limits: { loopDelayMs: limits.loopDelay, heapPercent: limits.heapPercent },
    heapUse,
    isBusy: () => openSessions() > 0,
    onChange: (strain, delayMs) => {
      const fields = { strain, loopDelayMs: Math.round(delayMs), sessions: openSessions() };
      if (strain === null) logger.info(fields, "the load has fallen; new sessions are admitted again");
      else logger.warn(fields, WHY[strain]);
    },
  });
  const admission = new AdmissionGate({
    clock,
    load,
    openSessions,
    beginnings,
    limits: { sessions: limits.sessions, waiting: limits.waiting, waitMs: timeouts.admission },
    random: Math.random,
  });
  return { admission, load };
}

const WHY: Readonly<Record<Strain, string>> = {
  loop: "the event loop is late; new sessions are refused until it keeps up",
  heap: "the heap is nearly full; new sessions are refused until it is not",
};

function heapUse(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}
