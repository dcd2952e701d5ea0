import type { Entry } from "../domain/entry.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import type { SessionId } from "../domain/session-id.js";
import type { ChainHash } from "./chain.js";
import type { LiveTail } from "./live-tail.js";
import { PageStream } from "./page-stream.js";
import type { Store } from "./stores/store.js";

/** Why a reader stops: it has what it needs or is gone, or it was cut off for accepting nothing and may
 *  come back. */
export type CloseCause = "gone" | "stalled";

/** A reader of one session log. Entries come in order, each once, and only after they were committed. */
export interface Cursor {
  /** Committed entries past the position, at most `limit`, in order; an empty list when none is ready. */
  take(limit: number): readonly Entry[];
  /** Called when entries may be ready, or `done` turned true; never from inside `take`. */
  onReadable: (() => void) | null;
  /** Called once when the log cannot be read further; `take` gives nothing more. */
  onFault: ((error: SluiceError) => void) | null;
  /** The `ended` entry was taken. */
  readonly ended: boolean;
  /** Nothing more will come: the log ended, or the cursor was not live and reached its end. */
  readonly done: boolean;
  /** Sequence number of the last entry taken. */
  readonly position: number;
  /** @param cause default `gone`; matters to whoever keeps a session running for its caller. */
  close(cause?: CloseCause): void;
}

/** What a cursor needs of a session that is being written. */
export interface LiveSource {
  readonly tail: LiveTail;
  readonly committedSeq: number;
  readonly committedHead: { readonly seq: number; readonly link: ChainHash };
  readonly fault: SluiceError | null;
  /** `ended` was committed. */
  readonly hasEnded: boolean;
  attach(cursor: LogCursor): void;
  detach(cursor: LogCursor): void;
  /** The cursor's position has moved. */
  taken(cursor: LogCursor): void;
}

export interface CursorOptions {
  readonly store: Store;
  readonly session: SessionId;
  readonly afterSeq: number;
  /** The session's writer, while it has one. */
  readonly source: LiveSource | null;
  /** Follow the session until it ends; false: stop at `lastSeq`. */
  readonly live: boolean;
  /** The last committed entry when the cursor was made. */
  readonly lastSeq: number;
}

const NOTHING: readonly Entry[] = Object.freeze([]);
/** Bytes of pages that one read from the store fetches; bounds what a lagging cursor holds. */
const READ_BYTES = 64 * 1024;

export class LogCursor implements Cursor {
  onReadable: (() => void) | null = null;
  onFault: ((error: SluiceError) => void) | null = null;
  readonly live: boolean;
  readonly #store: Store;
  readonly #session: SessionId;
  readonly #source: LiveSource | null;
  readonly #lastSeq: number;
  #position: number;
  #ended = false;
  #state: "open" | "closed" | "failed" = "open";
  #loaded: readonly Entry[] = NOTHING;
  #loadedAt = 0;
  #pages: PageStream | null = null;
  #loading = false;

  constructor(options: CursorOptions) {
    this.#store = options.store;
    this.#session = options.session;
    this.#source = options.source;
    this.#position = options.afterSeq;
    this.#lastSeq = options.lastSeq;
    this.live = options.live && options.source !== null;
    if (this.live) options.source?.attach(this);
  }

  get position(): number {
    return this.#position;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get done(): boolean {
    return this.#ended || (!this.live && this.#position >= this.#lastSeq);
  }

  take(limit: number): readonly Entry[] {
    if (this.#state !== "open" || this.#ended) return NOTHING;
    if (this.#loadedAt < this.#loaded.length) return this.#fromLoaded(limit);
    const until = this.#availableSeq();
    if (this.#position >= until) return NOTHING;
    const tail = this.#source?.tail;
    if (tail === undefined || this.#position + 1 < tail.firstSeq) {
      this.#load();
      return NOTHING;
    }
    this.#pages = null;
    return this.#took(tail.slice(this.#position, until, limit));
  }

  #availableSeq(): number {
    return this.live && this.#source !== null ? this.#source.committedSeq : this.#lastSeq;
  }

  #fromLoaded(limit: number): readonly Entry[] {
    const from = this.#loadedAt;
    this.#loadedAt = Math.min(this.#loaded.length, from + limit);
    const entries = this.#loaded.slice(from, this.#loadedAt);
    if (this.#loadedAt === this.#loaded.length) {
      this.#loaded = NOTHING;
      this.#loadedAt = 0;
    }
    return this.#took(entries);
  }

  #took(entries: readonly Entry[]): readonly Entry[] {
    const last = entries[entries.length - 1];
    if (last === undefined) return NOTHING;
    this.#position = last.seq;
    if (last.type === "ended") this.#ended = true;
    if (this.live) this.#source?.taken(this);
    return entries;
  }

  #load(): void {
    if (this.#loading) return;
    this.#loading = true;
    let pages = this.#pages;
    if (pages === null || pages.nextSeq !== this.#position + 1) {
      pages = new PageStream(this.#store, this.#session, { afterSeq: this.#position });
      this.#pages = pages;
    }
    pages.read(READ_BYTES).then(
      (entries) => this.#arrived(entries),
      (thrown) => this.fail(asSluiceError(thrown)),
    );
  }

  #arrived(entries: readonly Entry[]): void {
    this.#loading = false;
    if (this.#state !== "open") return;
    if (entries.length === 0) {
      const message = `The log of session ${this.#session} ends after entry ${this.#position}, before its entry ${this.#availableSeq()}.`;
      this.fail(new SluiceError("storage_failed", message, { session: this.#session }));
      return;
    }
    this.#loaded = this.live ? entries : entries.filter((entry) => entry.seq <= this.#lastSeq);
    this.onReadable?.();
  }

  /** Called by the session's writer after a commit. */
  notify(): void {
    if (this.#state === "open" && !this.#loading) this.onReadable?.();
  }

  /** Ends the cursor with an error. */
  fail(error: SluiceError): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#letGo();
    this.onFault?.(error);
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#letGo();
  }

  #letGo(): void {
    this.#loaded = NOTHING;
    this.#pages = null;
    if (this.live) this.#source?.detach(this);
  }
}
