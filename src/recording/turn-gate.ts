/**
 * Lets many operations run at once, and now and then one alone: `alone` waits until those under way
 * have finished and holds the ones that come meanwhile.
 */
export class TurnGate {
  #running = 0;
  #holders = 0;
  readonly #waiting: (() => void)[] = [];
  #idle: (() => void) | null = null;
  #last: Promise<void> = Promise.resolve();

  /** True while an operation runs alone or is about to. */
  get closed(): boolean {
    return this.#holders > 0;
  }

  async pass<T>(operation: () => Promise<T>): Promise<T> {
    while (this.#holders > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await operation();
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle?.();
    }
  }

  async alone<T>(operation: () => Promise<T>): Promise<T> {
    this.#holders++;
    const turn = this.#last;
    let finished = (): void => {};
    this.#last = new Promise((resolve) => {
      finished = resolve;
    });
    try {
      await turn;
      while (this.#running > 0)
        await new Promise<void>((wake) => {
          this.#idle = wake;
        });
      this.#idle = null;
      return await operation();
    } finally {
      this.#holders--;
      finished();
      if (this.#holders === 0) for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}
