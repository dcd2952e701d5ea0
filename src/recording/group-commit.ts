import { asSluiceError, type SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import type { Store, StoreBatch } from "./stores/store.js";

/** Something with records to write. */
export interface Committable {
  /** Puts what is pending into the batch. Called once per commit, after `mark`. */
  drain(batch: StoreBatch): void;
  /** The batch of the last `drain` is committed. */
  settled(): void;
}

export interface CommitObserver {
  /** What was pending is being written. */
  began(): void;
  /** It is committed; the sources are told next. */
  returned(): void;
  /** It may be committed or not; nothing more is written until `restart`. */
  failed(error: SluiceError): void;
}

/** Sources a millisecond from which on a commit is worth waiting for. */
const BUSY_MARKS_PER_MS = 3;
const RATE_WINDOW_MS = 50;
/** How long a commit that may wait gathers, and the sources that end the wait early. */
const GATHER_MS = 1;
const GATHERED_ENOUGH = 32;

/**
 * Commits the pending records of all sessions together. A batch begins at the end of the turn of the
 * event loop in which something was first pending, and the next one when the last has returned. A commit
 * costs about 30 us of thread hops and native calls whatever it carries, so a gateway in which
 * thousands of sessions a second become dirty one by one gathers for a millisecond. Below that rate
 * what a reader waits for is never delayed.
 */
export class GroupCommit {
  readonly #store: Store;
  readonly #sync: boolean;
  readonly #observer: CommitObserver;
  readonly #clock: Clock;
  #dirty: Committable[] = [];
  #taken: Committable[] = [];
  #running = false;
  #scheduled: "no" | "later" | "now" = "no";
  #isAwaited = false;
  #cancelGather: () => void = () => {};
  #isBusy = false;
  #marks = 0;
  #windowStartMs = 0;
  #failed = false;
  #begun = 0;
  #finished = 0;
  #idle: { readonly target: number; resolve(): void }[] = [];
  /** Commits that returned, for figures. */
  commits = 0;

  constructor(options: { store: Store; sync: boolean; observer: CommitObserver; clock: Clock }) {
    this.#store = options.store;
    this.#sync = options.sync;
    this.#observer = options.observer;
    this.#clock = options.clock;
  }

  /**
   * `source` has become dirty; it says so once until its `drain`.
   * @param isAwaited whether a reader waits for it; what nobody waits for goes along with what comes next.
   */
  mark(source: Committable, isAwaited = true): void {
    if (this.#failed) return;
    this.#dirty.push(source);
    this.#marks++;
    this.#isAwaited ||= isAwaited;
    this.#schedule();
  }

  /** What is pending is now waited for. */
  urge(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#running || this.#dirty.length === 0) return;
    const isDue = (this.#isAwaited && !this.#isBusy) || this.#idle.length > 0;
    if (isDue || this.#dirty.length >= GATHERED_ENOUGH) this.#hurry();
    else if (this.#scheduled === "no") {
      this.#scheduled = "later";
      this.#cancelGather = this.#clock.after(GATHER_MS, this.#flush);
    }
  }

  /** Commits at the end of this turn. */
  #hurry(): void {
    if (this.#scheduled === "now") return;
    if (this.#scheduled === "later") this.#cancelGather();
    this.#scheduled = "now";
    setImmediate(this.#flush);
  }

  #measure(): void {
    const nowMs = this.#clock.monotonicMs();
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    this.#isBusy = this.#marks > elapsedMs * BUSY_MARKS_PER_MS;
    this.#marks = 0;
    this.#windowStartMs = nowMs;
  }

  readonly #flush = (): void => {
    this.#scheduled = "no";
    this.#measure();
    if (this.#failed || this.#dirty.length === 0) return;
    this.#isAwaited = false;
    this.#begun++;
    const taken = this.#dirty;
    this.#dirty = this.#taken;
    this.#taken = taken;
    this.#running = true;
    this.#observer.began();
    try {
      const batch = this.#store.batch();
      for (const source of taken) source.drain(batch);
      batch.commit(this.#sync).then(this.#returned, this.#rejected);
    } catch (thrown) {
      this.#rejected(thrown);
    }
  };

  readonly #returned = (): void => {
    this.#running = false;
    this.commits++;
    this.#observer.returned();
    const taken = this.#taken;
    for (const source of taken) source.settled();
    taken.length = 0;
    this.#finished = this.#begun;
    if (this.#idle.length > 0) this.#announceIdle();
    this.#schedule();
  };

  readonly #rejected = (thrown: unknown): void => {
    this.#running = false;
    this.#failed = true;
    this.#taken = [];
    this.#dirty = [];
    this.#observer.failed(asSluiceError(thrown));
    this.#announceIdle();
  };

  /** Accepts work again, after the store was reopened and checked. */
  restart(): void {
    this.#failed = false;
    this.#finished = this.#begun;
  }

  /** Resolves when everything that was marked before is committed, or the commit failed. */
  async idle(): Promise<void> {
    const target = this.#dirty.length > 0 ? this.#begun + 1 : this.#begun;
    if (this.#failed || this.#finished >= target) return;
    await new Promise<void>((resolve) => {
      this.#idle.push({ target, resolve });
      this.#schedule();
    });
  }

  #announceIdle(): void {
    const waiting = this.#idle;
    this.#idle = waiting.filter(({ target }) => !this.#failed && target > this.#finished);
    for (const { target, resolve } of waiting) if (this.#failed || target <= this.#finished) resolve();
  }
}
