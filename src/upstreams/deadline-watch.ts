import type { Clock } from "../domain/time.js";

export interface Watched {
  /** Called now and then with the monotonic time; acts when a deadline has passed. */
  check(nowMs: number): void;
}

/** One coarse timer for all calls of an upstream: a timer per chunk would cost more than the chunk. */
export class DeadlineWatch {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #watched = new Set<Watched>();
  #isTicking = false;

  /** @param shortestMs the shortest timeout watched; deadlines are noticed within an eighth of it. */
  constructor(clock: Clock, shortestMs: number) {
    this.#clock = clock;
    this.#everyMs = Math.min(250, Math.max(5, Math.floor(shortestMs / 8)));
  }

  add(item: Watched): void {
    this.#watched.add(item);
    if (!this.#isTicking) this.#schedule();
  }

  delete(item: Watched): void {
    this.#watched.delete(item);
  }

  #schedule(): void {
    this.#isTicking = true;
    this.#clock.after(this.#everyMs, () => {
      const nowMs = this.#clock.monotonicMs();
      for (const item of this.#watched) item.check(nowMs);
      this.#isTicking = false;
      if (this.#watched.size > 0) this.#schedule();
    });
  }
}
