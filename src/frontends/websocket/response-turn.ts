import type { ClientDialect, FrameSink, StreamEncoder } from "../../dialects/dialect.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { endedBy } from "../ended-by.js";
import { Pump, type PumpSink } from "../pump.js";
import { RestoredEntries } from "../restored.js";
import { errorEvent } from "./responses-frames.js";

export interface ResponseTurnOptions {
  readonly dialect: ClientDialect;
  readonly live: LiveSession;
  /** False: the socket is full. */
  readonly send: (frame: string) => boolean;
  readonly onOver: () => void;
}

/** One response on a socket: a session as the frames of the Responses dialect. */
export class ResponseTurn implements PumpSink, FrameSink {
  readonly #options: ResponseTurnOptions;
  readonly #encoder: StreamEncoder;
  readonly #restored: RestoredEntries | null;
  readonly #pump: Pump;
  #ended: EntryOf<"ended"> | null = null;
  #hasBegun = false;
  #goesOn = true;
  #isOver = false;

  constructor(options: ResponseTurnOptions) {
    const { dialect, live } = options;
    this.#options = options;
    this.#encoder = dialect.streamEncoder({ echo: live.echo, request: live.request });
    this.#restored = live.restore === null ? null : new RestoredEntries(live.restore);
    this.#pump = new Pump(live.cursor, this);
  }

  start(): void {
    this.#pump.start();
  }

  resume(): void {
    this.#pump.resume();
  }

  write(entries: readonly Entry[]): boolean {
    this.#goesOn = true;
    for (const entry of this.#restored === null ? entries : this.#restored.restore(entries)) {
      if (entry.type === "ended") this.#ended = entry;
      else this.#encoder.encode(entry, this);
    }
    return this.#goesOn;
  }

  frame(_event: string | null, data: string): void {
    this.#hasBegun = true;
    this.#goesOn = this.#options.send(data);
  }

  finish(): void {
    if (this.#ended === null) this.fail(new SluiceError("interrupted", "The session's log has no ending."));
    else this.#end(this.#ended);
  }

  fail(error: SluiceError): void {
    this.#end(endedBy(error, 0));
  }

  #end(ended: EntryOf<"ended">): void {
    if (this.#isOver) return;
    const { dialect, send } = this.#options;
    if (ended.error === null) this.#encoder.encode(ended, this);
    else if (this.#hasBegun) dialect.failStream(ended, this);
    else {
      const { code, message, details } = ended.error;
      send(errorEvent(dialect, new SluiceError(code, message, details)));
    }
    this.close();
  }

  /** Reads no more; a session that has not ended is cancelled by it. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pump.close();
    this.#options.onOver();
  }
}
