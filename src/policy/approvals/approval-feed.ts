import type { Approval } from "./approval.js";

/**
 * The changes that one watcher has not taken yet: the newest state of each approval, so that a slow
 * watcher costs one entry per approval and never misses where one ended up.
 */
export class ApprovalFeed implements AsyncIterableIterator<Approval> {
  readonly #waiting = new Map<string, Approval>();
  readonly #onClose: () => void;
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  push(approval: Approval): void {
    if (this.#closed) return;
    this.#waiting.delete(approval.id);
    this.#waiting.set(approval.id, approval);
    this.#wake?.();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Approval>> {
    for (;;) {
      const [first] = this.#waiting.values();
      if (first !== undefined && !this.#closed) {
        this.#waiting.delete(first.id);
        return { done: false, value: first };
      }
      if (this.#closed) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  async return(): Promise<IteratorResult<Approval>> {
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Approval> {
    return this;
  }
}
