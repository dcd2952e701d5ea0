import type { Clock } from "../../src/domain/time.js";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly task: () => void;
}

/** A clock that a test moves. The wall clock stays the real one, since tokens are checked by it. */
export class HandClock implements Clock {
  #ms = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return this.#ms;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { atMs: this.#ms + ms, order: this.#order++, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  isDueAt(ms: number): boolean {
    return [...this.#timers].some(({ atMs }) => Math.abs(atMs - ms) < 0.001);
  }

  /** Moves to the next timer, if there is one. */
  moveToNext(): void {
    const next = Math.min(...[...this.#timers].map(({ atMs }) => atMs));
    if (Number.isFinite(next)) this.moveTo(next);
  }

  /** Moves to a time, running what is due on the way in its order. */
  moveTo(ms: number): void {
    for (;;) {
      const [next] = [...this.#timers]
        .filter(({ atMs }) => atMs <= ms)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.atMs);
      next.task();
    }
    this.#ms = Math.max(this.#ms, ms);
  }
}
