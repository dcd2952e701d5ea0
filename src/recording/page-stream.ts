import type { Entry } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { SessionId } from "../domain/session-id.js";
import type { ByteReader } from "./byte-reader.js";
import { CHAIN_START, type ChainHash } from "./chain.js";
import { decodeEntry } from "./entry-codec.js";
import { pageRange, seqOfPageKey, sessionBytes } from "./keys.js";
import { pageCount, pageEnds } from "./page.js";
import { type PageFault, PageWalker, type RecordVisitor } from "./page-walker.js";
import type { RangeQuery, Store, StorePair } from "./stores/store.js";

/** One-record pages are small: many of them make a read worth its way to the store. */
const PAGES_PER_READ = 1000;
/** A read that brought fewer pages was short or near the end. */
const WORTH_READING_AHEAD = 64;

const MISSING = "is missing";

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

export interface PageStreamOptions {
  /** The records after this one are read. */
  readonly afterSeq: number;
  /** True: the keys of the pages are read and checked too, by those who verify. Default false: the chain
   *  says whether a page is missing, and keys are looked at only to say which. */
  readonly checksKeys?: boolean;
}

/**
 * Reads the committed records of one session in order, page by page, and checks every link on the way.
 * Reads with short iterators: nothing is held open between two reads.
 */
export class PageStream {
  readonly #store: Store;
  readonly #session: SessionId;
  readonly #bytes: Buffer;
  readonly #checksKeys: boolean;
  readonly #walker = new PageWalker();
  /** Sequence number of the next record wanted, and of the page in which it begins once known. */
  #nextSeq: number;
  #link: ChainHash | null;
  #ahead: Promise<readonly Buffer[]> | null = null;
  #visit: RecordVisit = () => {};
  /** One for all pages: most pages are one record. */
  readonly #visitor: RecordVisitor = (reader, _index, link) => {
    if (link === null) return;
    this.#visit(reader, this.#nextSeq, link);
    this.#link = link;
    this.#nextSeq++;
  };

  constructor(store: Store, session: SessionId, { afterSeq, checksKeys = false }: PageStreamOptions) {
    this.#store = store;
    this.#session = session;
    this.#bytes = sessionBytes(session);
    this.#checksKeys = checksKeys;
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
    else if (this.#checksKeys) {
      for (const { key, value } of await this.#pairs(maxBytes)) {
        if (seqOfPageKey(key) !== this.#nextSeq) throw this.#damage(this.#nextSeq, key, MISSING);
        await this.#walk(value, this.#link, visit);
      }
    } else {
      for (const page of await this.#fetch(maxBytes)) await this.#walk(page, this.#link, visit);
    }
    return this.#nextSeq - before;
  }

  /** The pages from `#nextSeq` on; those after them are on their way while these are decoded. */
  async #fetch(maxBytes: number): Promise<readonly Buffer[]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    let pages = ahead === null ? [] : await ahead;
    // What was read ahead may be older than the commits that the reader has heard of since.
    if (pages.length === 0) pages = await this.#store.values(this.#query(this.#nextSeq, maxBytes));
    if (pages.length >= WORTH_READING_AHEAD) {
      const count = pages.reduce((sum, page) => sum + pageCount(page), 0);
      this.#ahead = this.#store.values(this.#query(this.#nextSeq + count, maxBytes));
      // Whoever reads on meets the failure; a reader that stopped before does not care.
      this.#ahead.catch(() => {});
    }
    return pages;
  }

  #pairs(maxBytes: number): Promise<readonly StorePair[]> {
    return this.#store.range(this.#query(this.#nextSeq, maxBytes));
  }

  #query(fromSeq: number, maxBytes: number): RangeQuery {
    const { from, to } = pageRange(this.#bytes, fromSeq);
    return { from, to, limit: PAGES_PER_READ, maxBytes };
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
      if (head === null) throw this.#damage(firstSeq - 1, page.key, MISSING);
      previous = head.head;
    }
    const wanted = this.#nextSeq;
    this.#nextSeq = firstSeq;
    await this.#walk(page.value, previous, (reader, seq, link) => {
      if (seq >= wanted) visit(reader, seq, link);
    });
    // The record wanted is not there yet: the page ends before it.
    if (this.#nextSeq < wanted) {
      this.#nextSeq = wanted;
      if (firstSeq + pageCount(page.value) < wanted) this.#link = null;
    }
  }

  /** Visits the records of the page that begins at `#nextSeq`. Asynchronous only where it is damaged. */
  #walk(page: Buffer, previous: ChainHash | null, visit: RecordVisit): Promise<void> | undefined {
    const firstSeq = this.#nextSeq;
    this.#visit = visit;
    const fault = this.#walker.walk(page, previous, this.#visitor);
    return fault === null ? undefined : this.#explain(firstSeq, fault);
  }

  /** Says which page is damaged: a page that is missing shows as one that does not fit. */
  async #explain(firstSeq: number, { index, reason }: PageFault): Promise<never> {
    const { from, to } = pageRange(this.#bytes, firstSeq);
    const [page] = await this.#store.range({ from, to, limit: 1, maxBytes: 1 });
    const key = page?.key ?? from;
    if (seqOfPageKey(key) !== firstSeq) throw this.#damage(firstSeq, key, MISSING);
    throw this.#damage(firstSeq + index, key, reason);
  }

  #damage(seq: number, key: Buffer, reason: string): DamagedLog {
    return new DamagedLog({ session: this.#session, seq, key: key.toString("hex"), reason });
  }
}
