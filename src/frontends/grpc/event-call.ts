import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { Pump, type PumpSink } from "../pump.js";
import { RestoredEntries } from "../restored.js";
import type { WatchedStream } from "../stall-watch.js";
import { stillOpen } from "../still-open.js";
import type { StreamCall } from "./calls.js";
import { toServiceError } from "./errors.js";
import type { EventBatchCodec } from "./event-batch.js";

export interface EventCallOptions {
  readonly call: StreamCall;
  readonly reading: Pick<LiveSession, "cursor" | "restore">;
  readonly codec: EventBatchCodec;
  readonly onOver: (call: EventCall) => void;
  /** The client cancelled, went away, or its deadline passed. */
  readonly onGone?: () => void;
}

/** A session as a stream of EventBatch. */
export class EventCall implements PumpSink, WatchedStream {
  blockedTurns = 0;
  readonly #call: StreamCall;
  readonly #codec: EventBatchCodec;
  readonly #restored: RestoredEntries | null;
  readonly #pump: Pump;
  readonly #onOver: (call: EventCall) => void;
  #ended: EntryOf<"ended"> | null = null;
  #isOver = false;

  constructor({ call, reading, codec, onOver, onGone }: EventCallOptions) {
    this.#call = call;
    this.#codec = codec;
    this.#onOver = onOver;
    this.#restored = reading.restore === null ? null : new RestoredEntries(reading.restore);
    this.#pump = new Pump(reading.cursor, this);
    call.on("drain", () => this.#drained());
    // It fires after an ordinary end too; by then this call is over.
    call.on("cancelled", () => {
      if (this.#isOver) return;
      onGone?.();
      this.#over();
    });
  }

  get isBlocked(): boolean {
    return this.#pump.isBlocked;
  }

  start(): void {
    if (this.#call.cancelled) this.#over();
    else this.#pump.start();
  }

  write(entries: readonly Entry[]): boolean {
    const last = entries[entries.length - 1];
    if (last?.type === "ended") this.#ended = last;
    const batch = this.#codec.encode(this.#restored === null ? entries : this.#restored.restore(entries));
    return batch === null || this.#call.write(batch);
  }

  finish(): void {
    if (this.#ended === null) this.fail(stillOpen());
    else if (this.#ended.error !== null) {
      const { code, message, details } = this.#ended.error;
      this.fail(new SluiceError(code, message, details));
    } else {
      this.#over();
      this.#call.end();
    }
  }

  /** Ends the call with a status; what was written before is delivered. */
  fail(error: SluiceError): void {
    if (this.#isOver) return;
    this.#over();
    this.#call.emit("error", toServiceError(error));
  }

  /** The client accepts nothing: it is told so, and its session goes on for the grace. */
  cut(error: SluiceError): void {
    this.#pump.close("stalled");
    this.fail(error);
  }

  #drained(): void {
    this.blockedTurns = 0;
    this.#pump.resume();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pump.close();
    this.#onOver(this);
  }
}
