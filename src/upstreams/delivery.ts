import type { DecodedEvent } from "../dialects/dialect.js";
import { asSluiceError, type SluiceError } from "../domain/errors.js";
import type { DeliveryTurns } from "./delivery-turns.js";
import type { UpstreamHandler } from "./upstream.js";

/** Most events told at once: a read of the socket can complete thousands of small ones. */
const PORTION = 64;

/** Where events wait until they are told. */
export interface EventSource {
  readonly hasEvents: boolean;
  /** At most `most` events, oldest first; null: none. */
  drain(most: number): readonly DecodedEvent[] | null;
}

export interface DeliveryHooks {
  /** Whether more may be read from the socket: false while the owner pauses or is behind. */
  flow(isOpen: boolean): void;
  /** The owner threw while it was told something. */
  fault(error: SluiceError): void;
}

/**
 * Tells a call's owner what came, in order: opened, events, one ending. Nothing is told inside the HTTP
 * parser, nothing while the owner pauses, and never so much at once that others must wait for it.
 */
export class Delivery {
  readonly #handler: UpstreamHandler;
  readonly #hooks: DeliveryHooks;
  readonly #turns: DeliveryTurns;
  #source: EventSource | null = null;
  #ending: SluiceError | "finished" | null = null;
  #isOver = false;
  #isPaused = false;
  #isScheduled = false;

  constructor(handler: UpstreamHandler, turns: DeliveryTurns, hooks: DeliveryHooks) {
    this.#handler = handler;
    this.#turns = turns;
    this.#hooks = hooks;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  opened(): void {
    queueMicrotask(() => this.#tell(() => this.#handler.opened()));
  }

  /** Something waits in the source. */
  wake(source: EventSource): void {
    this.#source = source;
    this.#schedule();
  }

  /** The ending, told when all that waits has been; the first one counts. */
  end(ending: SluiceError | "finished"): void {
    this.#ending ??= ending;
    this.#schedule();
  }

  /** An ending that does not wait: what was not told is dropped. */
  cut(error: SluiceError): void {
    this.#source = null;
    this.#ending = error;
    this.#schedule();
  }

  pause(): void {
    this.#isPaused = true;
    this.#hooks.flow(false);
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  /** Nothing more is told. */
  stop(): void {
    this.#isOver = true;
    this.#source = null;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    this.#isScheduled = false;
    if (this.#isOver) return;
    if (!this.#isPaused && this.#source?.hasEvents === true && !this.#turns.isOpen) {
      this.#hooks.flow(false);
      this.#again();
      return;
    }
    const batch = this.#isPaused ? null : (this.#source?.drain(PORTION) ?? null);
    if (batch !== null) {
      this.#turns.spend(batch.length);
      this.#tell(() => this.#handler.events(batch));
    }
    if (this.#isOver) return;
    const isBehind = this.#source?.hasEvents ?? false;
    if (!isBehind && this.#ending !== null) {
      this.#tellEnding(this.#ending);
      return;
    }
    this.#hooks.flow(!isBehind && !this.#isPaused);
    if (isBehind && !this.#isPaused && !this.#isScheduled) this.#again();
  };

  #again(): void {
    this.#isScheduled = true;
    this.#turns.wait(this.#run);
  }

  #tellEnding(ending: SluiceError | "finished"): void {
    this.#isOver = true;
    if (ending === "finished") this.#handler.finished();
    else this.#handler.failed(ending);
  }

  /** What the owner throws ends the call: nothing may go on that its owner could not take. */
  #tell(news: () => void): void {
    if (this.#isOver) return;
    try {
      news();
    } catch (thrown) {
      this.#hooks.fault(asSluiceError(thrown));
    }
  }
}
