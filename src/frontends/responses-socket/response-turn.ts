import type { ClientDialect, FrameSink, StreamEncoder } from "../../dialects/dialect.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { endedBy } from "../ended-by.js";
import { SessionDelivery } from "../session-delivery.js";
import { errorFrame } from "./errors.js";

export interface ResponseTurnOptions {
  readonly live: LiveSession;
  readonly dialect: ClientDialect;
  readonly streamId: string | null;
  readonly send: (frame: string) => void;
  /** Whether the client takes no more for now. */
  readonly isFull: () => boolean;
  readonly onOver: (turn: ResponseTurn) => void;
}

/** One response on a socket that may carry several: a session's log as the events of its lane. */
export class ResponseTurn extends SessionDelivery implements FrameSink {
  readonly #options: ResponseTurnOptions;
  readonly #encoder: StreamEncoder;
  /** Goes behind the last member of each event, without reading it. */
  readonly #suffix: string;
  #ended: EntryOf<"ended"> | null = null;

  constructor(options: ResponseTurnOptions) {
    const { live, dialect, streamId } = options;
    super(live);
    this.#options = options;
    this.#encoder = dialect.streamEncoder({ echo: live.echo, request: live.request });
    this.#suffix = streamId === null ? "" : `,"stream_id":${JSON.stringify(streamId)}}`;
  }

  frame(_event: string | null, data: string): void {
    this.#options.send(this.#suffix === "" ? data : data.slice(0, -1) + this.#suffix);
  }

  protected override send(entries: readonly Entry[]): boolean {
    for (const entry of entries) {
      if (entry.type === "ended") this.#ended = entry;
      else this.#encoder.encode(entry, this);
    }
    return !this.#options.isFull();
  }

  override finish(): void {
    const error = new SluiceError("interrupted", "The session's log has no ending.");
    this.#end(this.#ended ?? endedBy(error, 0));
  }

  /** Ends the response with an error; its session ends with its last reader. */
  override fail(error: SluiceError): void {
    this.#end(endedBy(error, 0));
  }

  #end(ended: EntryOf<"ended">): void {
    if (this.isOver) return;
    const { send, streamId, live } = this.#options;
    if (ended.error === null) this.#encoder.encode(ended, this);
    else {
      const { error } = ended;
      // One frame and no more: what follows an error would be read as part of the lane's next response.
      send(errorFrame({ ...error, details: { ...error.details, session: live.id } }, streamId));
    }
    this.close();
  }

  /** There is no other cancel on this wire: a session without its reader ends. */
  protected override onOver(): void {
    this.#options.onOver(this);
  }
}
