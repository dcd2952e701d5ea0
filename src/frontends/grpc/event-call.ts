import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import type { CloseCause } from "../../recording/cursor.js";
import { SessionDelivery } from "../session-delivery.js";
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

/** Bytes that may wait for the connection before the session pauses. The call's own mark counts messages,
 *  sixteen of them however large they are. */
const BUFFERED_BYTES = 64 * 1024;

/** A session as a stream of EventBatch. */
export class EventCall extends SessionDelivery {
  readonly #call: StreamCall;
  readonly #codec: EventBatchCodec;
  readonly #onOver: (call: EventCall) => void;
  #ended: EntryOf<"ended"> | null = null;
  #waitingBytes = 0;

  constructor({ call, reading, codec, onOver, onGone }: EventCallOptions) {
    super(reading);
    this.#call = call;
    this.#codec = codec;
    this.#onOver = onOver;
    // It fires after an ordinary end too; by then this call is over.
    call.on("cancelled", () => {
      if (this.isOver) return;
      onGone?.();
      this.close();
    });
  }

  override start(): void {
    if (this.#call.cancelled) this.close();
    else super.start();
  }

  protected override send(entries: readonly Entry[]): boolean {
    const last = entries[entries.length - 1];
    if (last?.type === "ended") this.#ended = last;
    const batch = this.#codec.encode(entries);
    if (batch === null) return true;
    const { length } = batch;
    this.#waitingBytes += length;
    this.#call.write(batch, () => this.#taken(length));
    return this.#waitingBytes < BUFFERED_BYTES;
  }

  /** The connection has taken a message. */
  #taken(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#waitingBytes < BUFFERED_BYTES) this.resume();
  }

  override finish(): void {
    if (this.#ended === null) this.fail(stillOpen());
    else if (this.#ended.error !== null) {
      const { code, message, details } = this.#ended.error;
      this.fail(new SluiceError(code, message, details));
    } else {
      this.close();
      this.#call.end();
    }
  }

  /** Ends the call with a status; what was written before is delivered. */
  override fail(error: SluiceError, cause: CloseCause = "gone"): void {
    if (this.isOver) return;
    this.close(cause);
    this.#call.emit("error", toServiceError(error));
  }

  /** The client accepts nothing: it is told so, and its session goes on for the grace. */
  cut(error: SluiceError): void {
    this.fail(error, "stalled");
  }

  protected override onOver(): void {
    this.#onOver(this);
  }
}
