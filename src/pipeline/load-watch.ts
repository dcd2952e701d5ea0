import type { Clock } from "../domain/time.js";

/** What the process can no longer carry. */
export type Strain = "loop" | "heap";

export interface LoadLimits {
  /** Delay of the event loop, milliseconds, from which the process counts as strained; 0: never. */
  readonly loopDelayMs: number;
  /** Share of the heap in use, percent, from which it counts as strained; 0: never. */
  readonly heapPercent: number;
}

export interface LoadWatchOptions {
  readonly clock: Clock;
  readonly limits: LoadLimits;
  /** Share of the heap in use, 0 to 1. */
  readonly heapUse: () => number;
  /** Whether there is work whose delay counts; an idle process is not sampled. */
  readonly isBusy: () => boolean;
  /** Told of every change; null: all is well again. */
  readonly onChange: (strain: Strain | null, loopDelayMs: number) => void;
}

const SAMPLE_MS = 50;
/** Looked at together. Also the least time between two changes, so that the state does not flap. */
const WINDOW_MS = 1000;
const LEAST_SAMPLES = 5;
/** The strain ends at this share of the limit where it began. */
const LEAVE = { loop: 0.5, heap: 0.9 } as const;

interface Sample {
  readonly atMs: number;
  readonly delayMs: number;
}

/**
 * Watches whether the process keeps up, by how late a timer comes. What counts is the median of a second: one
 * long step, such as a collection of garbage or the loading of new policies, is one sample and changes nothing,
 * while work that comes faster than it is done delays every turn of the loop (the standing queue that CoDel
 * looks for, RFC 8289 section 3.1).
 */
export class LoadWatch {
  readonly #options: LoadWatchOptions;
  #samples: Sample[] = [];
  #since = 0;
  #strain: Strain | null = null;
  #cancel: (() => void) | null = null;

  constructor(options: LoadWatchOptions) {
    this.#options = options;
  }

  get strain(): Strain | null {
    return this.#strain;
  }

  /** Begins to look, unless it looks already; stops by itself when the work has ended. */
  wake(): void {
    if (this.#cancel !== null) return;
    this.#restart();
    this.#next();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #restart(): void {
    this.#samples = [];
    this.#since = this.#options.clock.monotonicMs();
  }

  #next(): void {
    const { clock } = this.#options;
    const dueMs = clock.monotonicMs() + SAMPLE_MS;
    this.#cancel = clock.after(SAMPLE_MS, () => {
      const atMs = clock.monotonicMs();
      this.#samples.push({ atMs, delayMs: Math.max(0, atMs - dueMs) });
      this.#judge(atMs);
      if (this.#strain !== null || this.#options.isBusy()) this.#next();
      else this.#cancel = null;
    });
  }

  #judge(nowMs: number): void {
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    if (nowMs - this.#since < WINDOW_MS || this.#samples.length < LEAST_SAMPLES) return;
    const delayMs = median(this.#samples.map((sample) => sample.delayMs));
    const strain = this.#found(delayMs);
    if (strain === this.#strain) return;
    this.#strain = strain;
    this.#restart();
    this.#options.onChange(strain, delayMs);
  }

  #found(delayMs: number): Strain | null {
    const { limits, heapUse } = this.#options;
    const from = (kind: Strain, limit: number): number => limit * (this.#strain === kind ? LEAVE[kind] : 1);
    if (limits.loopDelayMs > 0 && delayMs >= from("loop", limits.loopDelayMs)) return "loop";
    if (limits.heapPercent > 0 && heapUse() * 100 >= from("heap", limits.heapPercent)) return "heap";
    return null;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
