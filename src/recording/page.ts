import { ByteReader } from "./byte-reader.js";
import { ByteWriter } from "./byte-writer.js";
import { CHAIN_HASH_BYTES, type ChainHash, linkOf } from "./chain.js";

/**
 * A page is one value of the store: the records that one commit added to one chain. Layout:
 * `1, varint count, count * (varint length, record, first 4 bytes of its link), link of the last record`.
 */
export const PAGE_LAYOUT = 1;
export const TAG_BYTES = 4;
/** Room for the layout byte and a count of up to five bytes, written when the page is sealed. */
const HEAD_ROOM = 6;
/** Room for the length of a short record; a longer one is moved to make room for its length. */
const LENGTH_ROOM = 1;
const SHORT_RECORD = 127;

/** Collects the records of one chain until a commit takes them. */
export class PageBuilder {
  readonly #out: ByteWriter;
  #count = 0;
  /** Where the next record may begin: what an abandoned one wrote behind it is overwritten. */
  #end = HEAD_ROOM;
  #recordAt = 0;

  constructor(capacity: number) {
    this.#out = new ByteWriter(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of memory that the builder holds. */
  get capacity(): number {
    return this.#out.bytes.length;
  }

  get byteLength(): number {
    return this.#end;
  }

  /** Returns the writer for the next record; `close` ends it, and without `close` it never was. */
  open(): ByteWriter {
    const out = this.#out;
    out.position = this.#end;
    out.reserve(LENGTH_ROOM);
    out.position += LENGTH_ROOM;
    this.#recordAt = out.position;
    return out;
  }

  /** Ends the record begun by `open` and returns its link. */
  close(previous: ChainHash): ChainHash {
    const out = this.#out;
    let from = this.#recordAt;
    const length = out.position - from;
    if (length > SHORT_RECORD) from = this.#widen(length);
    // The hash before stands behind the record for the length of one call; the tag overwrites it.
    const end = out.position;
    out.latin1(previous);
    const link = linkOf(out.bytes.subarray(from, end + CHAIN_HASH_BYTES));
    const { bytes } = out;
    if (length <= SHORT_RECORD) bytes[from - LENGTH_ROOM] = length;
    bytes[end] = link.charCodeAt(0);
    bytes[end + 1] = link.charCodeAt(1);
    bytes[end + 2] = link.charCodeAt(2);
    bytes[end + 3] = link.charCodeAt(3);
    this.#end = end + TAG_BYTES;
    this.#count++;
    return link;
  }

  /** Moves a long record to make room for its longer length. Returns where it stands then. */
  #widen(length: number): number {
    const out = this.#out;
    const end = out.position;
    const start = this.#recordAt - LENGTH_ROOM;
    out.reserve(8);
    out.position = start;
    const extra = varintSize(length) - LENGTH_ROOM;
    out.bytes.copyWithin(this.#recordAt + extra, this.#recordAt, end);
    out.varint(length);
    const from = out.position;
    out.position = end + extra;
    return from;
  }

  /** The finished page; a view that holds until the next `open`. The builder is empty afterwards. */
  seal(head: ChainHash): Buffer {
    const out = this.#out;
    out.position = this.#end;
    out.latin1(head);
    const end = out.position;
    const start = HEAD_ROOM - 1 - varintSize(this.#count);
    out.position = start;
    out.byte(PAGE_LAYOUT);
    out.varint(this.#count);
    this.reset();
    return out.bytes.subarray(start, end);
  }

  reset(): void {
    this.#end = HEAD_ROOM;
    this.#count = 0;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Number of records and link of the last one, as the page itself says. Null: not a page. */
export function pageEnds(page: Buffer): { readonly count: number; readonly head: ChainHash } | null {
  if (page.length < CHAIN_HASH_BYTES + 2 || page[0] !== PAGE_LAYOUT) return null;
  try {
    const count = new ByteReader(page, 1).varint();
    return { count, head: page.toString("latin1", page.length - CHAIN_HASH_BYTES) };
  } catch {
    return null;
  }
}

/** Number of records, as the page itself says; 0: not a page. */
export function pageCount(page: Buffer): number {
  const short = page[1] ?? 0;
  if (page[0] === PAGE_LAYOUT && short < 128) return short;
  return pageEnds(page)?.count ?? 0;
}
