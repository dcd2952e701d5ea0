import type { Clock } from "../../src/domain/time.js";

/** A clock that a test moves; due tasks run when it passes them. */
export class ManualClock implements Clock {
  #wallMs: number;
  #monotonicMs = 1_000;
  readonly #tasks = new Set<{ readonly at: number; readonly task: () => void }>();

  constructor(wallMs = Date.now()) {
    this.#wallMs = wallMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#monotonicMs + ms, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  advance(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
    for (const entry of [...this.#tasks]) {
      if (entry.at > this.#monotonicMs) continue;
      this.#tasks.delete(entry);
      entry.task();
    }
  }

  /** Lets time pass without the timers, as a suspended machine does. */
  sleep(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
  }
}
