import { ByteReader, MalformedBytes } from "./byte-reader.js";
import { CHAIN_HASH_BYTES, type ChainHash, linkOf } from "./chain.js";
import { PAGE_LAYOUT, TAG_BYTES } from "./page.js";

/** Where a page first differs from what it says of itself. `index` counts its records from 0. */
export interface PageFault {
  readonly index: number;
  readonly reason: string;
}

/** Visits a record, number `index` of its page, with its link (null: links unknown). The reader stands at its
 *  first byte and ends after its last; it is the visitor's for the time of the call only. */
export type RecordVisitor = (reader: ByteReader, index: number, link: ChainHash | null) => void;

/** Up to this many bytes a loop in JavaScript beats a call into native code. */
const SHORT_BYTES = 64;
const NOTHING = Buffer.alloc(0);

/** Walks pages and checks every link. It holds what every record needs, since most pages are one record. */
export class PageWalker {
  readonly #page = new ByteReader(NOTHING);
  readonly #record = new ByteReader(NOTHING);
  #scratch = Buffer.allocUnsafe(1024);

  /**
   * `previous` is the link before the first record, or null where it is not known; then only the form is
   * checked. Stops at the first fault; the visitor sees only records that were checked.
   */
  walk(page: Buffer, previous: ChainHash | null, visit: RecordVisitor): PageFault | null {
    const reader = this.#page;
    let index = 0;
    try {
      reader.aim(page, 0, page.length);
      if (reader.byte() !== PAGE_LAYOUT) throw new MalformedBytes("has an unknown layout");
      const count = reader.varint();
      let link = previous;
      for (; index < count; index++) {
        const length = reader.varint();
        const from = reader.position;
        reader.skip(length);
        const tag = reader.position;
        reader.skip(TAG_BYTES);
        if (link !== null) {
          link = this.#linkAt(page, { from, to: tag }, link);
          if (!begins(page, tag, link, TAG_BYTES)) return { index, reason: "does not fit the chain" };
        }
        this.#record.aim(page, from, tag);
        visit(this.#record, index, link);
      }
      const head = reader.position;
      reader.skip(CHAIN_HASH_BYTES);
      if (reader.position !== page.length) throw new MalformedBytes("has bytes after its end");
      if (link === null || begins(page, head, link, CHAIN_HASH_BYTES)) return null;
      return { index: count - 1, reason: "does not fit the head of its page" };
    } catch (thrown) {
      if (thrown instanceof MalformedBytes) return { index, reason: thrown.message };
      throw thrown;
    }
  }

  #linkAt(page: Buffer, { from, to }: { from: number; to: number }, previous: ChainHash): ChainHash {
    const length = to - from;
    if (this.#scratch.length < length + CHAIN_HASH_BYTES) {
      this.#scratch = Buffer.allocUnsafe(2 * length + CHAIN_HASH_BYTES);
    }
    const scratch = this.#scratch;
    if (length > SHORT_BYTES) page.copy(scratch, 0, from, to);
    else for (let at = 0; at < length; at++) scratch[at] = page[from + at] ?? 0;
    for (let at = 0; at < CHAIN_HASH_BYTES; at++) scratch[length + at] = previous.charCodeAt(at);
    return linkOf(scratch.subarray(0, length + CHAIN_HASH_BYTES));
  }
}

/** Whether the first `count` bytes of a link stand at `at`. */
function begins(page: Buffer, at: number, link: ChainHash, count: number): boolean {
  for (let index = 0; index < count; index++) if (page[at + index] !== link.charCodeAt(index)) return false;
  return true;
}

/** Walks one page. */
export function walkPage(page: Buffer, previous: ChainHash | null, visit: RecordVisitor): PageFault | null {
  return new PageWalker().walk(page, previous, visit);
}
