import { setImmediate as nextTurn } from "node:timers/promises";

/** Where work that comes in steps may stop for a moment. */
export const PAUSE: unique symbol = Symbol("pause");
export type Pause = typeof PAUSE;

/** Work in steps of well under a millisecond; what it returns is its result. */
export type Steps<T> = Generator<Pause, T, void>;

/** How long one piece of work may hold the event loop before it gives way. */
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

/** Does all steps at once: for what is known to be small. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does the steps and gives way to others every few milliseconds. */
export async function inTurns<T>(steps: Steps<T>, pace = new Pace()): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (pace.isDue) await pace.giveWay();
  }
}

/** `list.map(change)` with a pause after each entry. */
export function* mapInSteps<A, B>(list: readonly A[], change: (entry: A, index: number) => B): Steps<B[]> {
  const changed: B[] = [];
  for (const [index, entry] of list.entries()) {
    changed.push(change(entry, index));
    yield PAUSE;
  }
  return changed;
}
