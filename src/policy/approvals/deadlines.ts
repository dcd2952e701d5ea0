import type { Clock } from "../../domain/time.js";

const RETRY_MS = 1000;

/**
 * Until when each approval may wait. A deadline is kept on the monotonic clock, so that a wall clock set
 * back gives nobody more time, and on the wall clock, which alone outlives a restart: whichever is first.
 */
export class Deadlines {
  readonly #clock: Clock;
  /** Called when a deadline has passed, and again every second until `clear` or a new deadline. */
  readonly #onLate: (id: string) => Promise<void>;
  readonly #timers = new Map<string, () => void>();
  readonly #monotonicMs = new Map<string, number>();
  #closed = false;

  constructor(clock: Clock, onLate: (id: string) => Promise<void>) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** @param expiresAtMs wall clock */
  set(id: string, expiresAtMs: number): void {
    this.clear(id);
    const leftMs = Math.max(0, expiresAtMs - this.#clock.nowMs());
    this.#monotonicMs.set(id, this.#clock.monotonicMs() + leftMs);
    this.#wait(id, { expiresAtMs, leftMs });
  }

  clear(id: string): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    this.#monotonicMs.delete(id);
  }

  isLate(id: string, expiresAtMs: number): boolean {
    const monotonicMs = this.#monotonicMs.get(id) ?? Number.POSITIVE_INFINITY;
    return this.#clock.nowMs() >= expiresAtMs || this.#clock.monotonicMs() >= monotonicMs;
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #wait(id: string, due: { readonly expiresAtMs: number; readonly leftMs: number }): void {
    if (this.#closed) return;
    this.#timers.set(
      id,
      this.#clock.after(due.leftMs, () => void this.#check(id, due.expiresAtMs)),
    );
  }

  /** Timers may be capped or early, and settling may fail: what is still there is looked at again. */
  async #check(id: string, expiresAtMs: number): Promise<void> {
    const deadlineMs = this.#monotonicMs.get(id);
    if (this.isLate(id, expiresAtMs)) await this.#onLate(id);
    if (deadlineMs === undefined || this.#monotonicMs.get(id) !== deadlineMs) return;
    this.#wait(id, { expiresAtMs, leftMs: RETRY_MS });
  }
}
