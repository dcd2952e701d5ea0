import type { Entry } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";
import type { LiveSession } from "../pipeline/call.js";
import type { CloseCause } from "../recording/cursor.js";
import { Pump, type PumpSink } from "./pump.js";
import { RestoredEntries } from "./restored.js";
import type { WatchedStream } from "./stall-watch.js";

/** What every writer of one session to one client shares: its pump, the caller's own values put back, pressure,
 *  and an end that comes once. */
export abstract class SessionDelivery implements PumpSink, WatchedStream {
  blockedTurns = 0;
  readonly #pump: Pump;
  readonly #restored: RestoredEntries | null;
  #isOver = false;

  constructor({ cursor, restore }: Pick<LiveSession, "cursor" | "restore">) {
    this.#pump = new Pump(cursor, this);
    this.#restored = restore === null ? null : new RestoredEntries(restore);
  }

  get isBlocked(): boolean {
    return this.#pump.isBlocked;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  start(): void {
    this.#pump.start();
  }

  write(entries: readonly Entry[]): boolean {
    return this.send(this.#restored === null ? entries : this.#restored.restore(entries));
  }

  /** Encodes and hands over. False: the client takes no more for now; call `resume` when it does. */
  protected abstract send(entries: readonly Entry[]): boolean;
  abstract finish(): void;
  abstract fail(error: SluiceError): void;
  /** Nothing more is read. */
  protected abstract onOver(): void;

  /** The client takes again. */
  resume(): void {
    this.blockedTurns = 0;
    this.#pump.resume();
  }

  /** Reads no more; what that means for the session depends on why. */
  close(cause: CloseCause = "gone"): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pump.close(cause);
    this.onOver();
  }
}
