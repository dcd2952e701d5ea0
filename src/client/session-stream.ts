import type { Ended, SluiceEvent } from "./messages.js";
import type { SluiceError } from "./stream-error.js";

/** What a stream asks its connection for. */
export interface StreamHost {
  /** Begins again after the last event that was kept, on a stream of its own. */
  reopen(stream: SessionStream): void;
  cancel(stream: SessionStream): void;
  /** Reads a session beside its stream. */
  follow(sessionId: string): SessionStream;
}

/** How a stream begins: the frame's member and message. */
export interface Ask {
  readonly member: "complete" | "attach" | "replay" | "follow";
  readonly message: object;
}

/** Events that wait for their reader. Beyond it the stream lets go, and reads on from the log when the
 *  reader has caught up: memory stays bounded and nothing is lost. */
const MOST_WAITING = 4096;

/**
 * One session as it is read. Iterate it for its events, or `text()` for its words; both end when the session
 * is complete and throw a `SluiceError` for every other end. Lost connections are made up for unseen.
 */
export class SessionStream implements AsyncIterable<SluiceEvent> {
  readonly #host: StreamHost;
  readonly #first: Ask;
  readonly #waiting: SluiceEvent[] = [];
  #wake: (() => void) | null = null;
  #state: "open" | "behind" | "over" = "open";
  #ended: Ended | null = null;
  #error: SluiceError | null = null;
  #sessionId: string | null = null;
  #lastSeq = 0;
  #isCancelled = false;
  /** Which choice speaks on a text channel; null for every other channel. */
  readonly #channels = new Map<number, number | null>();

  constructor(
    host: StreamHost,
    first: Ask,
    from: { readonly sessionId: string | null; readonly afterSeq: number },
  ) {
    this.#host = host;
    this.#first = first;
    this.#sessionId = from.sessionId;
    this.#lastSeq = from.afterSeq;
  }

  /** Null until the session exists. */
  get sessionId(): string | null {
    return this.#sessionId;
  }

  /** The last number received; an attach goes on from it. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** How it ended; null while it has not. */
  get ended(): Ended | null {
    return this.#ended;
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** How to begin, or go on after a connection was lost. */
  get ask(): Ask {
    if (this.#sessionId === null || this.#lastSeq === 0) return this.#first;
    const at = { sessionId: this.#sessionId, afterSeq: this.#lastSeq };
    const { member, message } = this.#first;
    if (member === "replay") return { member, message: { ...message, fromOffsetMs: 0, ...at } };
    return { member: member === "follow" ? "follow" : "attach", message: at };
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Ends the session; of a replay or somebody else's session only the reading. */
  cancel(): void {
    if (this.#state === "over" || this.#isCancelled) return;
    this.#isCancelled = true;
    this.#host.cancel(this);
  }

  /** False: the stream lets go of its place on the socket. */
  receive(event: SluiceEvent): boolean {
    if (this.#state !== "open") return false;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#state = "behind";
      return false;
    }
    this.#lastSeq = event.seq;
    if (event.opened !== undefined) this.#sessionId = event.opened.sessionId;
    if (event.ended !== undefined) this.#ended = event.ended;
    this.#waiting.push(event);
    if (event.ended?.outcome === "complete") this.#state = "over";
    this.#wake?.();
    return this.#state === "open";
  }

  fail(error: SluiceError): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SluiceEvent> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      if (this.#state === "over") {
        if (this.#error !== null) throw this.#error;
        return;
      }
      if (this.#state === "behind") {
        this.#state = "open";
        this.#host.reopen(this);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  /** The words of one choice as they are released; reasoning, refusals and tool calls are left out. */
  async *text(choice = 0): AsyncGenerator<string> {
    for await (const event of this) {
      this.#note(event);
      const { seq, chunk } = event;
      if (chunk === undefined) continue;
      const channel = chunk.channel ?? 0;
      if (!this.#channels.has(channel)) await this.#learn(channel, seq);
      if (this.#channels.get(channel) === choice) yield chunk.text;
    }
  }

  #note({ output }: SluiceEvent): void {
    for (const { channel } of output?.items ?? []) {
      if (channel === undefined) continue;
      const speaks = channel.kind === "CHANNEL_KIND_TEXT" ? (channel.choice ?? 0) : null;
      this.#channels.set(channel.channel ?? 0, speaks);
    }
  }

  /** A stream that begins in the middle has not seen its channels open: the log before it says what they are. */
  async #learn(channel: number, before: number): Promise<void> {
    if (this.#sessionId === null) return;
    const earlier = this.#host.follow(this.#sessionId);
    for await (const event of earlier) {
      this.#note(event);
      if (this.#channels.has(channel) || event.seq >= before) break;
    }
    earlier.cancel();
  }
}
