/** Events told before others of the process get the loop: masking and recording one takes some microseconds. */
const EVENTS_PER_TURN = 512;

/**
 * Shares the event loop among the calls of one upstream. Fifty models that send as fast as they can have
 * each a read of 64 KB ready in every turn; told at once, they hold the loop for hundreds of
 * milliseconds, and a new session needs several turns until its first text. Here a turn tells a fixed
 * count of events, and who comes too late for it waits in line.
 */
export class DeliveryTurns {
  #left = EVENTS_PER_TURN;
  #line: (() => void)[] = [];
  #isScheduled = false;

  /** Whether events may be told in this turn. */
  get isOpen(): boolean {
    return this.#left > 0;
  }

  spend(events: number): void {
    this.#left -= events;
  }

  /** Calls back in a later turn, in the order of coming. */
  wait(task: () => void): void {
    this.#line.push(task);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isScheduled = false;
    this.#left = EVENTS_PER_TURN;
    const waiting = this.#line;
    this.#line = [];
    let next = 0;
    for (; next < waiting.length && this.#left > 0; next++) waiting[next]?.();
    // Who got no turn stands before those that came meanwhile.
    if (next < waiting.length) this.#line = [...waiting.slice(next), ...this.#line];
    if (this.#line.length > 0) this.#schedule();
  };
}
