/** Completions open at once, by key. A key without any takes no memory. */
export class StreamCount {
  readonly #open = new Map<string, number>();

  /** One more; the answer is how many are open now. */
  enter(key: string): number {
    const open = (this.#open.get(key) ?? 0) + 1;
    this.#open.set(key, open);
    return open;
  }

  leave(key: string): void {
    const open = (this.#open.get(key) ?? 0) - 1;
    if (open <= 0) this.#open.delete(key);
    else this.#open.set(key, open);
  }
}
