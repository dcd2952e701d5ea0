import { setImmediate as nextTurn } from "node:timers/promises";

/** Where work that comes in steps may stop for a moment. */
export const PAUSE: unique symbol = Symbol("pause");
export type Pause = typeof PAUSE;

/** How long one decision may hold the event loop before it gives way. */
const TURN_MS = 3;

/** Gives way to the other callers of the process. One decision uses one pace for all that it does. */
export class Pace {
  #sinceMs = performance.now();

  /** Whether it is time. Costs a clock reading, so ask after some work, not after every character. */
  get isDue(): boolean {
    return performance.now() - this.#sinceMs >= TURN_MS;
  }

  async giveWay(): Promise<void> {
    await nextTurn();
    this.#sinceMs = performance.now();
  }
}
