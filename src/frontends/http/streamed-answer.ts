import type { ClientDialect, StreamEncoder } from "../../dialects/dialect.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { Clock } from "../../domain/time.js";
import type { LiveSession } from "../../pipeline/call.js";
import { endedBy } from "../ended-by.js";
import { openEventStream } from "./event-stream.js";
import { type Exchange, sayRates, sendError } from "./exchange.js";
import { SseDelivery } from "./sse-delivery.js";
import { SseFrames } from "./sse-frames.js";

export interface StreamedAnswerOptions {
  readonly exchange: Exchange;
  readonly dialect: ClientDialect;
  readonly live: LiveSession;
  readonly clock: Clock;
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
export class StreamedAnswer extends SseDelivery {
  readonly #options: StreamedAnswerOptions;
  readonly #encoder: StreamEncoder;
  readonly #frames = new SseFrames();
  #isOpen = false;
  #ended: EntryOf<"ended"> | null = null;
  #lastSeq = 0;

  constructor(options: StreamedAnswerOptions) {
    const { live, dialect, exchange, commentTurns } = options;
    super(live, { response: exchange.response, commentTurns });
    this.#options = options;
    this.#encoder = dialect.streamEncoder({ echo: live.echo, request: live.request });
  }

  protected override get isOpen(): boolean {
    return this.#isOpen;
  }

  protected override send(entries: readonly Entry[]): boolean {
    for (const entry of entries) this.#entry(entry);
    return this.#isOpen ? this.writeText(this.#frames.take()) : true;
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
    if (this.#isOpen || this.isOver) return;
    this.#isOpen = true;
    this.#sayRates();
    openEventStream(this.response);
  }

  #sayRates(): void {
    const { exchange, live, clock } = this.#options;
    sayRates(exchange, live, clock);
  }

  override finish(): void {
    if (this.#ended === null) this.fail(new SluiceError("interrupted", "The session's log has no ending."));
    else this.#end(this.#ended);
  }

  override fail(error: SluiceError): void {
    this.#end(endedBy(error, this.#lastSeq));
  }

  #end(ended: EntryOf<"ended">): void {
    if (this.isOver) return;
    if (ended.error !== null && !this.#isOpen) {
      const { code, message, details } = ended.error;
      const session = this.#options.live.id;
      this.#sayRates();
      sendError(this.#options.exchange, new SluiceError(code, message, { ...details, session }));
    } else {
      this.#open();
      this.#lastFrames(ended);
      this.response.end(this.#frames.take());
    }
    this.close();
  }

  #lastFrames(ended: EntryOf<"ended">): void {
    const { terminator } = this.#options.dialect;
    this.#encoder.encode(ended, this.#frames);
    if (ended.error === null && terminator !== null) this.#frames.raw(terminator);
  }

  override turn(): void {
    super.turn();
    if (this.quietTurns >= this.#options.holdTurns) this.#open();
  }

  protected override onOver(): void {
    this.#options.onOver(this);
  }
}
