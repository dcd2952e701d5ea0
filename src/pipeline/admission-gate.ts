import { asSluiceError, SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import type { Strain } from "./load-watch.js";

export interface AdmissionLimits {
  /** Sessions at once. */
  readonly sessions: number;
  /** Beginnings that may wait for their turn. */
  readonly waiting: number;
  /** How long one may wait. */
  readonly waitMs: number;
}

export interface AdmissionOptions {
  readonly clock: Clock;
  readonly limits: AdmissionLimits;
  readonly load: { readonly strain: Strain | null; wake(): void };
  /** Sessions that are open now. */
  readonly openSessions: () => number;
  /** Sessions that were let in and ask no model yet. */
  readonly beginnings: () => number;
  /** 0 to 1; spreads the time at which refused callers come back. */
  readonly random: () => number;
  /** Runs a task in the next turn of the event loop. Default: setImmediate. */
  readonly nextTurn?: (task: () => void) => void;
}

/** Beginning a session takes some milliseconds; between a few of them the open streams have a turn. */
const BEGINNINGS_PER_TURN = 4;
/**
 * Beginnings at once. They share the loop in slices, so too many of them delay no open stream and show in no delay of
 * the loop, but each takes as long as all together.
 */
const BEGINNINGS_AT_ONCE = 64;
/** How soon the line looks again whether one has finished. */
const LOOK_MS = 5;
const RETRY_MS = 1000;
const RETRY_SPREAD_MS = 2000;

interface Waiting {
  readonly sinceMs: number;
  readonly enter: () => void;
  readonly refuse: (error: SluiceError) => void;
}

/**
 * Where new sessions come in. Beyond what the process can carry they are refused, so that the open ones keep
 * their pace; a burst within it is spread over turns of the event loop. Only beginnings pass here: to attach,
 * cancel, stop, approve or read is never refused for load.
 */
export class AdmissionGate {
  readonly #options: AdmissionOptions;
  readonly #nextTurn: (task: () => void) => void;
  #left = BEGINNINGS_PER_TURN;
  #line: Waiting[] = [];
  #isScheduled = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#nextTurn = options.nextTurn ?? ((task) => void setImmediate(task));
  }

  get waiting(): number {
    return this.#line.length;
  }

  /**
   * Returns when a session may begin.
   * @throws SluiceError `overloaded` with `retryAfterMs`.
   */
  async enter(): Promise<void> {
    const { load, limits, clock } = this.#options;
    load.wake();
    this.check();
    if (this.#mayBegin && this.#line.length === 0) {
      this.#left -= 1;
      this.#schedule();
      return;
    }
    if (this.#line.length >= limits.waiting)
      throw this.#refusal("More requests wait than the gateway can begin.");
    await new Promise<void>((enter, refuse) => {
      this.#line.push({ sinceMs: clock.monotonicMs(), enter, refuse });
      this.#schedule();
    });
  }

  get #mayBegin(): boolean {
    return this.#left > 0 && this.#options.beginnings() < BEGINNINGS_AT_ONCE;
  }

  /** @throws SluiceError `overloaded` where nothing new may begin. */
  check(): void {
    const { load, limits, openSessions } = this.#options;
    if (openSessions() >= limits.sessions)
      throw this.#refusal("The gateway has as many sessions open as it can serve.");
    switch (load.strain) {
      case "loop":
        throw this.#refusal("The gateway has more to do than it can in time.");
      case "heap":
        throw this.#refusal("The gateway's memory is nearly used up.");
      case null:
        return;
    }
  }

  #refusal(message: string): SluiceError {
    // Whoever was refused in the same moment should not come back in the same moment.
    const retryAfterMs = Math.round(RETRY_MS + this.#options.random() * RETRY_SPREAD_MS);
    return new SluiceError("overloaded", `${message} Try again in a moment.`, { retryAfterMs });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isScheduled = false;
    this.#left = BEGINNINGS_PER_TURN;
    let next = 0;
    for (; next < this.#line.length && (this.#mayBegin || this.#isLate(this.#line[next])); next++)
      this.#admit(this.#line[next]);
    this.#line = this.#line.slice(next);
    if (next > 0) this.#schedule();
    else if (this.#line.length > 0) this.#lookAgain();
  };

  #isLate(one: Waiting | undefined): boolean {
    const { clock, limits } = this.#options;
    return one !== undefined && clock.monotonicMs() - one.sinceMs > limits.waitMs;
  }

  #lookAgain(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.clock.after(LOOK_MS, this.#turn);
  }

  #admit(one: Waiting | undefined): void {
    if (one === undefined) return;
    try {
      this.check();
      if (this.#isLate(one)) throw this.#refusal("The request waited too long for its turn.");
      this.#left -= 1;
      one.enter();
    } catch (thrown) {
      one.refuse(asSluiceError(thrown));
    }
  }
}
