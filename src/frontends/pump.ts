import type { Entry } from "../domain/entry.js";
import type { SluiceError } from "../domain/errors.js";
import type { CloseCause, Cursor } from "../recording/cursor.js";

/** Where a pump puts entries: one writer of one client. */
export interface PumpSink {
  /** Encodes and hands over. False: the client takes no more for now; call `resume` when it does. */
  write(entries: readonly Entry[]): boolean;
  /** Nothing more will come. `ended` stood in the last write, unless a finite cursor reached its end. */
  finish(): void;
  /** The log cannot be read further. */
  fail(error: SluiceError): void;
}

const ENTRIES_PER_WRITE = 256;
/** Writes in one turn of the event loop; a reader that catches up does not keep the others waiting. */
const WRITES_PER_TURN = 4;

/**
 * Carries a cursor to a client: what one commit made readable goes out in one write. Nothing is
 * allocated per chunk, and nothing is taken while the client does not take it.
 */
export class Pump {
  readonly #cursor: Cursor;
  readonly #sink: PumpSink;
  #state: "running" | "blocked" | "closed" = "running";
  #isScheduled = false;
  /** Turns of the stall watch since the client stopped taking; 0 while it takes. */
  blockedTurns = 0;

  constructor(cursor: Cursor, sink: PumpSink) {
    this.#cursor = cursor;
    this.#sink = sink;
    cursor.onReadable = () => this.#run();
    cursor.onFault = (error) => this.#failed(error);
  }

  /** Takes what is there already. */
  start(): void {
    this.#run();
  }

  get isBlocked(): boolean {
    return this.#state === "blocked";
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** The client takes again. */
  resume(): void {
    if (this.#state !== "blocked") return;
    this.#state = "running";
    this.blockedTurns = 0;
    this.#run();
  }

  /** The client is gone, or has all it needs. */
  close(cause: CloseCause = "gone"): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#cursor.onReadable = null;
    this.#cursor.onFault = null;
    this.#cursor.close(cause);
  }

  #run(): void {
    for (let writes = 0; this.#state === "running"; writes++) {
      if (writes === WRITES_PER_TURN) {
        this.#runLater();
        return;
      }
      const entries = this.#cursor.take(ENTRIES_PER_WRITE);
      if (entries.length === 0) {
        if (this.#cursor.done) this.#finished();
        return;
      }
      const goesOn = this.#sink.write(entries);
      if (this.#cursor.done) this.#finished();
      else if (!goesOn && this.#state === "running") this.#state = "blocked";
    }
  }

  #runLater(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  #finished(): void {
    if (this.#state === "closed") return;
    this.close();
    this.#sink.finish();
  }

  #failed(error: SluiceError): void {
    if (this.#state === "closed") return;
    this.close();
    this.#sink.fail(error);
  }
}
