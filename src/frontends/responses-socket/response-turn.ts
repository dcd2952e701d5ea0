import type { ClientDialect, FrameSink, StreamEncoder } from "../../dialects/dialect.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { endedBy } from "../ended-by.js";
import { Pump, type PumpSink } from "../pump.js";
import { RestoredEntries } from "../restored.js";
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
export class ResponseTurn implements PumpSink, FrameSink {
  readonly #options: ResponseTurnOptions;
  readonly #encoder: StreamEncoder;
  readonly #restored: RestoredEntries | null;
  readonly #pump: Pump;
  /** Goes behind the last member of each event, without reading it. */
  readonly #suffix: string;
  #ended: EntryOf<"ended"> | null = null;
  #isOver = false;

  constructor(options: ResponseTurnOptions) {
    const { live, dialect, streamId } = options;
    this.#options = options;
    this.#encoder = dialect.streamEncoder({ echo: live.echo, request: live.request });
    this.#restored = live.restore === null ? null : new RestoredEntries(live.restore);
    this.#suffix = streamId === null ? "" : `,"stream_id":${JSON.stringify(streamId)}}`;
    this.#pump = new Pump(live.cursor, this);
  }

  get isBlocked(): boolean {
    return this.#pump.isBlocked;
  }

  start(): void {
    this.#pump.start();
  }

  resume(): void {
    this.#pump.resume();
  }

  frame(_event: string | null, data: string): void {
    this.#options.send(this.#suffix === "" ? data : data.slice(0, -1) + this.#suffix);
  }

  write(entries: readonly Entry[]): boolean {
    for (const entry of this.#restored === null ? entries : this.#restored.restore(entries)) {
      if (entry.type === "ended") this.#ended = entry;
      else this.#encoder.encode(entry, this);
    }
    return !this.#options.isFull();
  }

  finish(): void {
    const error = new SluiceError("interrupted", "The session's log has no ending.");
    this.#end(this.#ended ?? endedBy(error, 0));
  }

  /** Ends the response with an error; its session ends with its last reader. */
  fail(error: SluiceError): void {
    this.#end(endedBy(error, 0));
  }

  #end(ended: EntryOf<"ended">): void {
    if (this.#isOver) return;
    const { send, streamId, live } = this.#options;
    if (ended.error === null) this.#encoder.encode(ended, this);
    else {
      const { error } = ended;
      // One frame and no more: what follows an error would be read as part of the lane's next response.
      send(errorFrame({ ...error, details: { ...error.details, session: live.id } }, streamId));
    }
    this.close();
  }

  /** Reads no more. There is no other cancel on this wire: a session without its reader ends. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pump.close();
    this.#options.onOver(this);
  }
}
