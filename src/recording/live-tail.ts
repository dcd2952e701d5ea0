import type { Entry } from "../domain/entry.js";

/** Committed entries that a tail keeps for readers that lag; what falls out is read from the store. */
const KEPT_ENTRIES = 1024;
const KEPT_SIZE = 64 * 1024;
/** Most of what one `slice` gives, in about bytes: it becomes one write, which a reader that then stops
 *  leaves in memory. */
const SLICE_SIZE = 64 * 1024;
/** Used-up slots at the front before the list is moved up. */
const SLACK = 64;

/**
 * The newest entries of a live session, shared by all its cursors: those not yet committed, and those
 * committed that a cursor still has to take, up to a fixed size.
 */
export class LiveTail {
  #entries: Entry[] = [];
  #used = 0;
  #firstSeq: number;
  #size = 0;

  /** @param nextSeq sequence number of the entry that will be pushed first. */
  constructor(nextSeq: number) {
    this.#firstSeq = nextSeq;
  }

  /** Sequence number of the oldest entry held, or of the next one where none is. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#size += sizeOf(entry);
  }

  /** At most `limit` entries after `afterSeq` and up to `lastSeq`, fewer where they are large;
   *  `afterSeq + 1` must be held. */
  slice(afterSeq: number, lastSeq: number, limit: number): readonly Entry[] {
    const from = this.#used + afterSeq + 1 - this.#firstSeq;
    const most = Math.min(from + limit, from + lastSeq - afterSeq, this.#entries.length);
    let to = from;
    for (let size = 0; to < most && size < SLICE_SIZE; to++) {
      const entry = this.#entries[to];
      if (entry === undefined) break;
      size += sizeOf(entry);
    }
    return this.#entries.slice(from, to);
  }

  /** Lets go of what every cursor has taken (up to `takenSeq`), and of committed entries beyond the
   *  limits. */
  trim(takenSeq: number, committedSeq: number): void {
    while (this.#firstSeq <= committedSeq) {
      const isTaken = this.#firstSeq <= takenSeq;
      const isOver = this.#size > KEPT_SIZE || committedSeq - this.#firstSeq >= KEPT_ENTRIES;
      if (!isTaken && !isOver) break;
      const entry = this.#entries[this.#used];
      if (entry === undefined) break;
      this.#size -= sizeOf(entry);
      this.#used++;
      this.#firstSeq++;
    }
    if (this.#used === this.#entries.length) {
      if (this.#used > 0) this.#entries = [];
      this.#used = 0;
    } else if (this.#used > SLACK && this.#used * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#used);
      this.#used = 0;
    }
  }
}

/** About what an entry takes in memory, in bytes. */
function sizeOf(entry: Entry): number {
  switch (entry.type) {
    case "chunk":
      return 120 + entry.text.length + (entry.logprobs?.length ?? 0);
    case "output":
      return 400 + (entry.native?.length ?? 0);
    case "opened":
      return 1000 + entry.request.length;
    case "template":
      return 200 + entry.before.length + entry.after.length;
    default:
      return 500;
  }
}
