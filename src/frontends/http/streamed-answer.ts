import type { ServerResponse } from "node:http";
import type { ClientDialect, StreamEncoder } from "../../dialects/dialect.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { endedBy } from "../ended-by.js";
import { Pump, type PumpSink } from "../pump.js";
import { RestoredEntries } from "../restored.js";
import type { WatchedStream } from "../stall-watch.js";
import { openEventStream } from "./event-stream.js";
import { type Exchange, sendError } from "./exchange.js";
import { SseFrames } from "./sse-frames.js";

export interface StreamedAnswerOptions {
  readonly exchange: Exchange;
  readonly dialect: ClientDialect;
  readonly live: LiveSession;
  /** Turns (seconds) after which the headers go out although the model has said nothing yet. */
  readonly holdTurns: number;
  /** Turns (seconds) of silence after which a comment is sent; clients give up after 300 s without bytes. */
  readonly commentTurns: number;
  readonly onOver: (answer: StreamedAnswer) => void;
}

/**
 * A session as a dialect's event stream. The status is held back until it is known: the first output or a
 * review makes it 200, an ending before that is an ordinary error answer, which every client understands
 * better than an error inside a stream.
 */
export class StreamedAnswer implements PumpSink, WatchedStream {
  blockedTurns = 0;
  readonly #options: StreamedAnswerOptions;
  readonly #response: ServerResponse;
  readonly #encoder: StreamEncoder;
  readonly #restored: RestoredEntries | null;
  readonly #frames = new SseFrames();
  readonly #pump: Pump;
  #state: "held" | "open" | "over" = "held";
  #ended: EntryOf<"ended"> | null = null;
  #lastSeq = 0;
  #quietTurns = 0;

  constructor(options: StreamedAnswerOptions) {
    const { live, dialect, exchange } = options;
    this.#options = options;
    this.#response = exchange.response;
    this.#encoder = dialect.streamEncoder({ echo: live.echo, request: live.request });
    this.#restored = live.restore === null ? null : new RestoredEntries(live.restore);
    this.#pump = new Pump(live.cursor, this);
    this.#response.on("drain", () => this.#drained());
    this.#response.on("close", () => this.#over());
  }

  get isBlocked(): boolean {
    return this.#pump.isBlocked;
  }

  start(): void {
    this.#pump.start();
  }

  write(entries: readonly Entry[]): boolean {
    for (const entry of this.#restored === null ? entries : this.#restored.restore(entries))
      this.#entry(entry);
    return this.#flush();
  }

  #entry(entry: Entry): void {
    this.#lastSeq = entry.seq;
    switch (entry.type) {
      case "ended":
        this.#ended = entry;
        return;
      case "chunk":
      case "output":
      case "review_requested":
        this.#open();
        break;
      default:
        break;
    }
    this.#encoder.encode(entry, this.#frames);
  }

  #open(): void {
    if (this.#state !== "held") return;
    this.#state = "open";
    openEventStream(this.#response);
  }

  #flush(): boolean {
    const text = this.#frames.take();
    if (text === "" || this.#state !== "open") return true;
    this.#quietTurns = 0;
    return this.#response.write(text);
  }

  finish(): void {
    if (this.#ended === null) this.fail(new SluiceError("interrupted", "The session's log has no ending."));
    else this.#end(this.#ended);
  }

  fail(error: SluiceError): void {
    this.#end(endedBy(error, this.#lastSeq));
  }

  #end(ended: EntryOf<"ended">): void {
    if (this.#state === "over") return;
    if (ended.error !== null && this.#state === "held") {
      const { code, message, details } = ended.error;
      const session = this.#options.live.id;
      sendError(this.#options.exchange, new SluiceError(code, message, { ...details, session }));
    } else {
      this.#open();
      this.#lastFrames(ended);
      this.#response.end(this.#frames.take());
    }
    this.#over();
  }

  #lastFrames(ended: EntryOf<"ended">): void {
    const { terminator } = this.#options.dialect;
    this.#encoder.encode(ended, this.#frames);
    if (ended.error === null && terminator !== null) this.#frames.raw(terminator);
  }

  /** Called once a second: silence is broken by a comment, since no client and no proxy waits for ever. */
  turn(): void {
    this.#quietTurns++;
    if (this.#state === "held" && this.#quietTurns >= this.#options.holdTurns) this.#open();
    if (this.#state !== "open" || this.isBlocked || this.#quietTurns < this.#options.commentTurns) return;
    this.#quietTurns = 0;
    this.#response.write(": waiting\n\n");
  }

  /** The client accepts nothing: no frame can reach it, so the connection is torn. */
  cut(): void {
    this.#pump.close("stalled");
    this.#response.destroy();
    this.#over();
  }

  #drained(): void {
    this.blockedTurns = 0;
    this.#pump.resume();
  }

  #over(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#pump.close();
    this.#options.onOver(this);
  }
}
