import type { Entry } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { SessionId } from "../domain/session-id.js";
import type { ByteReader } from "./byte-reader.js";
import { CHAIN_START, type ChainHash } from "./chain.js";
import { decodeEntry } from "./entry-codec.js";
import { pageRange, seqOfPageKey, sessionBytes } from "./keys.js";
import { pageEnds, walkPage } from "./page.js";
import type { Store, StorePair } from "./stores/store.js";

/** One-record pages are small: many of them make a read worth its way to the store. */
const PAGES_PER_READ = 1000;
/** A read that brought fewer pages was short or near the end. */
const WORTH_READING_AHEAD = 64;

/** Visits one record whose link was checked. */
export type RecordVisit = (reader: ByteReader, seq: number, link: ChainHash) => void;

/** A place in a log that is not as it was written. */
export interface Damage {
  readonly session: SessionId;
  readonly seq: number;
  /** Key of the page, hex. */
  readonly key: string;
  readonly reason: string;
}

export class DamagedLog extends SluiceError {
  readonly damage: Damage;

  constructor(damage: Damage) {
    super(
      "storage_failed",
      `The log of session ${damage.session} is damaged: entry ${damage.seq} ${damage.reason} (key ${damage.key}).`,
      { session: damage.session },
    );
    this.damage = damage;
  }
}

/**
 * Reads the committed records of one session in order, page by page, and checks every link on the way.
 * Reads with short iterators: nothing is held open between two reads.
 */
export class PageStream {
  readonly #store: Store;
  readonly #session: SessionId;
  readonly #bytes: Buffer;
  /** Sequence number of the next record wanted, and of the page in which it begins once known. */
  #nextSeq: number;
  #link: ChainHash | null;
  #ahead: Promise<readonly StorePair[]> | null = null;

  /** @param afterSeq the records after this one are read. */
  constructor(store: Store, session: SessionId, afterSeq: number) {
    this.#store = store;
    this.#session = session;
    this.#bytes = sessionBytes(session);
    this.#nextSeq = afterSeq + 1;
    this.#link = afterSeq === 0 ? CHAIN_START : null;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Link of the last record read; null before the first read of a stream that starts inside. */
  get link(): ChainHash | null {
    return this.#link;
  }

  /** The next entries, about `maxBytes` of records; empty: none is committed yet. @throws DamagedLog */
  async read(maxBytes: number): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    await this.visit(maxBytes, (reader, seq) => {
      entries.push(decodeEntry(reader, seq));
    });
    return entries;
  }

  /** Like `read`, without decoding. Returns the number of records visited. @throws DamagedLog */
  async visit(maxBytes: number, visit: RecordVisit): Promise<number> {
    const before = this.#nextSeq;
    if (this.#link === null) await this.#enter(visit);
    else {
      const pages = await this.#fetch(maxBytes);
      for (const page of pages) this.#walk(page, this.#link, visit);
    }
    return this.#nextSeq - before;
  }

  /** The pages from `#nextSeq` on; those after them are on their way while these are decoded. */
  async #fetch(maxBytes: number): Promise<readonly StorePair[]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    let pages = ahead === null ? [] : await ahead;
    // What was read ahead may be older than the commits that the reader has heard of since.
    if (pages.length === 0) pages = await this.#range(this.#nextSeq, maxBytes);
    const last = pages[pages.length - 1];
    const ends = last === undefined || pages.length < WORTH_READING_AHEAD ? null : pageEnds(last.value);
    if (last !== undefined && ends !== null) {
      this.#ahead = this.#range(seqOfPageKey(last.key) + ends.count, maxBytes);
      // Whoever reads on meets the failure; a reader that stopped before does not care.
      this.#ahead.catch(() => {});
    }
    return pages;
  }

  async #range(fromSeq: number, maxBytes: number): Promise<readonly StorePair[]> {
    const { from, to } = pageRange(this.#bytes, fromSeq);
    return this.#store.range({ from, to, limit: PAGES_PER_READ, maxBytes });
  }

  /** The first read of a stream that starts inside a log: the page that holds the record, and the one
   *  before it, whose head is the link that it continues. */
  async #enter(visit: RecordVisit): Promise<void> {
    const { from, to } = pageRange(this.#bytes, 0, this.#nextSeq + 1);
    const found = await this.#store.range({ from, to, reverse: true, limit: 2, maxBytes: 1 << 24 });
    const page = found[0];
    if (page === undefined) return;
    const firstSeq = seqOfPageKey(page.key);
    let previous: ChainHash | null = CHAIN_START;
    if (firstSeq > 1) {
      const head = found[1] === undefined ? null : pageEnds(found[1].value);
      if (head === null) throw this.#damage(firstSeq - 1, page.key, "is missing");
      previous = head.head;
    }
    const wanted = this.#nextSeq;
    this.#nextSeq = firstSeq;
    this.#walk(page, previous, (reader, seq, link) => {
      if (seq >= wanted) visit(reader, seq, link);
    });
    // The record wanted is not there yet: the page ends before it.
    if (this.#nextSeq < wanted) {
      this.#nextSeq = wanted;
      if (firstSeq + (pageEnds(page.value)?.count ?? 0) < wanted) this.#link = null;
    }
  }

  #walk(page: StorePair, previous: ChainHash | null, visit: RecordVisit): void {
    const firstSeq = seqOfPageKey(page.key);
    if (firstSeq !== this.#nextSeq) throw this.#damage(this.#nextSeq, page.key, "is missing");
    let last: ChainHash | null = null;
    const fault = walkPage(page.value, previous, (reader, index, link) => {
      if (link === null) return;
      visit(reader, firstSeq + index, link);
      last = link;
      this.#nextSeq = firstSeq + index + 1;
    });
    if (last !== null) this.#link = last;
    if (fault !== null) throw this.#damage(firstSeq + fault.index, page.key, fault.reason);
  }

  #damage(seq: number, key: Buffer, reason: string): DamagedLog {
    return new DamagedLog({ session: this.#session, seq, key: key.toString("hex"), reason });
  }
}
