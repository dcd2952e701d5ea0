import type { ClientDialect, PlainEncoder } from "../../dialects/dialect.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { Clock } from "../../domain/time.js";
import type { LiveSession } from "../../pipeline/call.js";
import { endedBy } from "../ended-by.js";
import { SessionDelivery } from "../session-delivery.js";
import { type Exchange, sayRates, sendError, sendJson } from "./exchange.js";

export interface PlainAnswerOptions {
  readonly exchange: Exchange;
  readonly dialect: ClientDialect;
  readonly live: LiveSession;
  readonly clock: Clock;
  /** How long a review may keep the answer waiting: a status once sent cannot become a denial, and
   *  clients give up after 300 s without one. */
  readonly pendingWaitMs: number;
}

/** A session as one JSON answer. */
export class PlainAnswer extends SessionDelivery {
  readonly #options: PlainAnswerOptions;
  readonly #encoder: PlainEncoder;
  #ended: EntryOf<"ended"> | null = null;
  #stopWaiting: (() => void) | null = null;

  constructor(options: PlainAnswerOptions) {
    const { live, dialect, exchange } = options;
    super(live);
    this.#options = options;
    this.#encoder = dialect.plainEncoder({ echo: live.echo, request: live.request });
    exchange.response.on("close", () => this.close());
  }

  protected override send(entries: readonly Entry[]): boolean {
    for (const entry of entries) this.#entry(entry);
    return true;
  }

  #entry(entry: Entry): void {
    if (entry.type === "ended") this.#ended = entry;
    if (entry.type === "review_requested") this.#waitForReview(entry);
    if (entry.type === "review_decided") this.#reviewed();
    this.#encoder.add(entry);
  }

  #waitForReview({ approval }: EntryOf<"review_requested">): void {
    const { clock, pendingWaitMs, live } = this.#options;
    this.#stopWaiting ??= clock.after(pendingWaitMs, () => {
      const message =
        "The request waits for a review. Send it again later: the same request joins the same review.";
      this.#fail(new SluiceError("approval_pending", message, { approval, session: live.id }));
    });
  }

  #reviewed(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = null;
  }

  override finish(): void {
    const ended = this.#ended;
    if (ended === null) this.fail(new SluiceError("interrupted", "The session's log has no ending."));
    else if (ended.error === null) this.#succeed();
    else {
      const { code, message, details } = ended.error;
      this.#fail(new SluiceError(code, message, { ...details, session: this.#options.live.id }));
    }
  }

  override fail(error: SluiceError): void {
    this.#ended = endedBy(error, 0);
    this.#fail(error);
  }

  #succeed(): void {
    if (this.isOver) return;
    this.#sayRates();
    sendJson(this.#options.exchange, this.#encoder.body());
    this.close();
  }

  #fail(error: SluiceError): void {
    if (this.isOver) return;
    this.#sayRates();
    sendError(this.#options.exchange, error);
    this.close();
  }

  #sayRates(): void {
    const { exchange, live, clock } = this.#options;
    sayRates(exchange, live, clock);
  }

  protected override onOver(): void {
    this.#reviewed();
  }
}
