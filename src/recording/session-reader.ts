import type { Entry, EntryOf } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { SessionId } from "../domain/session-id.js";
import { CHAIN_START, type ChainHash, hexOf } from "./chain.js";
import { type Cursor, type LiveSource, LogCursor } from "./cursor.js";
import { decodeEntry, readHead } from "./entry-codec.js";
import { pageRange, seqOfPageKey, sessionBytes } from "./keys.js";
import { pageEnds } from "./page.js";
import { PageStream } from "./page-stream.js";
import type { Store } from "./stores/store.js";

const VISIT_BYTES = 128 * 1024;

/** A session log to read. */
export class SessionReader {
  readonly session: SessionId;
  readonly opened: EntryOf<"opened">;
  readonly #store: Store;
  readonly #source: LiveSource | null;
  readonly #stored: StoredHead;

  private constructor(options: {
    readonly session: SessionId;
    readonly opened: EntryOf<"opened">;
    readonly store: Store;
    readonly source: LiveSource | null;
    readonly stored: StoredHead;
  }) {
    this.session = options.session;
    this.opened = options.opened;
    this.#store = options.store;
    this.#source = options.source;
    this.#stored = options.stored;
  }

  /** Null: the store has no such session. @throws SluiceError `storage_failed` where its beginning is damaged. */
  static async open(
    store: Store,
    session: SessionId,
    source: LiveSource | null,
  ): Promise<SessionReader | null> {
    const stored = await storedHead(store, session);
    if (stored.seq === 0) return null;
    const [opened] = await new PageStream(store, session, { afterSeq: 0 }).read(1);
    if (opened?.type !== "opened") {
      throw new SluiceError(
        "storage_failed",
        `The log of session ${session} does not begin with its opening.`,
        { session },
      );
    }
    return new SessionReader({ session, opened, store, source, stored });
  }

  /** Sequence number of the last committed entry. */
  get lastSeq(): number {
    return this.#source?.committedSeq ?? this.#stored.seq;
  }

  /** Link of the last committed entry, hexadecimal: what an export made now ends with. */
  get headHash(): string {
    return hexOf(this.#source?.committedHead.link ?? this.#stored.link);
  }

  /** Whether entries may still come. */
  get live(): boolean {
    return this.#source !== null && this.#source.fault === null && !this.#source.hasEnded;
  }

  /**
   * @param options.afterSeq the entries after this one are read; 0: from `opened`.
   * @param options.live true: follow a session that goes on, until it ends.
   * @throws SluiceError `invalid_request` where `afterSeq` lies beyond the last entry.
   */
  cursor(options: { readonly afterSeq: number; readonly live: boolean }): Cursor {
    const { afterSeq, live } = options;
    if (!Number.isInteger(afterSeq) || afterSeq < 0 || afterSeq > this.lastSeq) {
      const message = `There is no entry ${afterSeq} to go on from; the last one is ${this.lastSeq}.`;
      throw new SluiceError("invalid_request", message, { field: "after" });
    }
    return new LogCursor({
      store: this.#store,
      session: this.session,
      afterSeq,
      source: this.#source,
      live,
      lastSeq: this.lastSeq,
    });
  }

  /**
   * What a reader that starts in the middle has to know of the entries up to `untilSeq`: every entry but
   * the chunks (templates, channels, decisions). Their number is bounded by the limits of a session, not
   * by its length in chunks; the opening is not among them, since `opened` has it.
   */
  async context(untilSeq: number): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    const pages = new PageStream(this.#store, this.session, { afterSeq: 0 });
    while (pages.nextSeq <= untilSeq) {
      const count = await pages.visit(VISIT_BYTES, (reader, seq) => {
        if (seq > untilSeq || seq === 1) return;
        const from = reader.position;
        if (readHead(reader).kind === "chunk") return;
        reader.position = from;
        entries.push(decodeEntry(reader, seq));
      });
      if (count === 0) break;
    }
    return entries;
  }
}

/** The last record that the store holds of a session, as its page says. */
interface StoredHead {
  /** 0: none. */
  readonly seq: number;
  readonly link: ChainHash;
}

export async function storedHead(store: Store, session: SessionId): Promise<StoredHead> {
  const { from, to } = pageRange(sessionBytes(session));
  const [last] = await store.range({ from, to, reverse: true, limit: 1, maxBytes: 1 });
  if (last === undefined) return { seq: 0, link: CHAIN_START };
  const firstSeq = seqOfPageKey(last.key);
  const ends = pageEnds(last.value);
  return ends === null
    ? { seq: firstSeq, link: CHAIN_START }
    : { seq: firstSeq + ends.count - 1, link: ends.head };
}
