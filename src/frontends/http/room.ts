import type { ClientDialect } from "../../dialects/dialect.js";
import type { Entry } from "../../domain/entry.js";
import type { LiveSession } from "../../pipeline/call.js";
import type { FrontEndDeps } from "../front-end.js";
import { StallWatch, TURN_MS } from "../stall-watch.js";
import { DetachedReader } from "./detached-reader.js";
import { EventAnswer } from "./event-answer.js";
import type { Exchange } from "./exchange.js";
import { PlainAnswer } from "./plain-answer.js";
import { StreamedAnswer } from "./streamed-answer.js";

export interface HttpLimits {
  /** Largest request body. Default 8 MiB. */
  readonly bodyBytes: number;
  /** How long a plain request waits for a review before it is told to come again. Default 240 s. */
  readonly pendingWaitMs: number;
  /** How long the status of a stream is held back for a model that says nothing. Default 60 s. */
  readonly holdHeadersMs: number;
  /** After how much silence a stream gets a comment. Default 5 s. */
  readonly heartbeatMs: number;
  /** How long a client may accept nothing. Default 60 s. */
  readonly stallTimeoutMs: number;
  /** Connections at one time. Default 10,000. */
  readonly connections: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  bodyBytes: 8 * 1024 * 1024,
  pendingWaitMs: 240_000,
  holdHeadersMs: 60_000,
  heartbeatMs: 5_000,
  stallTimeoutMs: 60_000,
  connections: 10_000,
};

type OpenStream = StreamedAnswer | EventAnswer;

/** What the routes share: the rooms below, the limits, and the open streams. */
export class HttpRoom {
  readonly deps: FrontEndDeps;
  readonly limits: HttpLimits;
  readonly passFields: (model: string) => readonly string[];
  readonly #commentTurns: number;
  readonly #watch: StallWatch<OpenStream>;
  /** No more than there are sessions, which have their own limit. */
  readonly #detached = new Set<DetachedReader>();

  constructor(
    deps: FrontEndDeps,
    options: { readonly limits: HttpLimits; readonly passFields: (model: string) => readonly string[] },
  ) {
    this.deps = deps;
    this.limits = options.limits;
    this.passFields = options.passFields;
    this.#commentTurns = Math.max(1, Math.round(options.limits.heartbeatMs / TURN_MS));
    this.#watch = new StallWatch<OpenStream>({
      clock: deps.clock,
      stallTimeoutMs: options.limits.stallTimeoutMs,
      onStall: (answer) => answer.cut(),
      onTurn: (answer) => answer.turn(),
    });
  }

  stream(
    exchange: Exchange,
    { dialect, live }: { readonly dialect: ClientDialect; readonly live: LiveSession },
  ): void {
    const holdTurns = Math.ceil(this.limits.holdHeadersMs / TURN_MS);
    const { clock } = this.deps;
    const turns = { clock, holdTurns, commentTurns: this.#commentTurns };
    this.#start(
      new StreamedAnswer({ exchange, dialect, live, ...turns, onOver: (over) => this.#watch.remove(over) }),
    );
  }

  plain(
    exchange: Exchange,
    { dialect, live }: { readonly dialect: ClientDialect; readonly live: LiveSession },
  ): void {
    const { pendingWaitMs } = this.limits;
    new PlainAnswer({ exchange, dialect, live, clock: this.deps.clock, pendingWaitMs }).start();
  }

  events(exchange: Exchange, reading: Pick<LiveSession, "cursor" | "restore">): void {
    this.#start(
      new EventAnswer({
        exchange,
        reading,
        commentTurns: this.#commentTurns,
        onOver: (over) => this.#watch.remove(over),
      }),
    );
  }

  /** Reads a session to its end for a client that comes back for it. */
  detach(live: Pick<LiveSession, "cursor">, onEntry: (entry: Entry) => void): void {
    const reader = new DetachedReader(live, { onEntry, onOver: (over) => void this.#detached.delete(over) });
    this.#detached.add(reader);
    reader.start();
  }

  #start(answer: OpenStream): void {
    this.#watch.add(answer);
    answer.start();
  }

  /** Streams that are open. */
  get openStreams(): number {
    return this.#watch.size;
  }

  close(): void {
    for (const answer of this.#watch.streams()) answer.cut();
    for (const reader of [...this.#detached]) reader.close();
    this.#watch.close();
  }
}
