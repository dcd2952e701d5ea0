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

/** How long entries that nobody waits for may lie. */
const LAZY_MS = 1;

/**
 * Commits the pending records of all sessions together. A batch begins at the end of the turn of the
 * event loop in which something awaited was first pending, and the next one when the last has returned.
 * There is no timer for what a reader waits for: gathering such entries for a millisecond was tried, and
 * saved 1 to 7 % of the gateway's CPU for 1.2 to 4 ms of latency.
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
  #cancelTimer: () => void = () => {};
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
    if (this.#isAwaited || this.#idle.length > 0) this.#hurry();
    else if (this.#scheduled === "no") {
      this.#scheduled = "later";
      this.#cancelTimer = this.#clock.after(LAZY_MS, this.#flush);
    }
  }

  /** Commits at the end of this turn. */
  #hurry(): void {
    if (this.#scheduled === "now") return;
    if (this.#scheduled === "later") this.#cancelTimer();
    this.#scheduled = "now";
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = "no";
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
