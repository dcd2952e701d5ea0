import type { Entry, EntryOf } from "../domain/entry.js";
import { NO_FINDINGS } from "../domain/finding.js";
import type { TextRestorer } from "../pipeline/call.js";
import { restoredCopies } from "./restored-copies.js";

/** Entries that wait behind a chunk whose end is open. Beyond it the chunk goes out as it was recorded. */
const MOST_WAITING = 256;

/** An entry on its way out; `waits` while its text may begin a name that the next chunk of its channel ends. */
interface Waiting {
  entry: Entry;
  waits: boolean;
  /** The chunk as it was recorded; null for every other entry. */
  readonly chunk: EntryOf<"chunk"> | null;
}

/**
 * The caller's own view of a log whose prompt was redacted reversibly: pseudonyms in the answer are put back, for
 * the caller alone. Every entry goes out whole, once and under its own number, so that a client may go on from
 * any of them: a chunk that ends in what may be the begin of a name waits, and what follows waits behind it.
 */
export class RestoredEntries {
  readonly #restorer: TextRestorer;
  readonly #queue: Waiting[] = [];
  /** The chunk of each channel whose end is open. */
  readonly #open = new Map<number, Waiting & { readonly chunk: EntryOf<"chunk">; text: string }>();

  constructor(restorer: TextRestorer) {
    this.#restorer = restorer;
  }

  restore(entries: readonly Entry[]): readonly Entry[] {
    if (!this.#restorer.active && this.#queue.length === 0) return entries;
    const out: Entry[] = [];
    for (const entry of entries) {
      this.#take(entry);
      if (this.#queue.length > MOST_WAITING) this.#closeAll();
      this.#release(out);
    }
    return out;
  }

  #take(entry: Entry): void {
    switch (entry.type) {
      case "chunk":
        this.#chunk(entry);
        return;
      case "output":
        for (const item of entry.items) {
          if (item.type === "channel") this.#restorer.opened(item.channel);
          if (item.type === "channel_closed") this.#close(item.channel);
          if (item.type === "finish") this.#closeAll();
        }
        this.#queue.push({ entry: this.#output(entry), waits: false, chunk: null });
        return;
      case "ended":
        this.#closeAll();
        break;
      default:
        break;
    }
    this.#queue.push({ entry, waits: false, chunk: null });
  }

  #chunk(chunk: EntryOf<"chunk">): void {
    const { channel } = chunk;
    const text = this.#restorer.feed(channel, chunk.text);
    const before = this.#open.get(channel);
    if (before !== undefined) before.waits = false;
    this.#open.delete(channel);
    const waiting = { entry: shown(chunk, text), waits: this.#restorer.holds(channel), chunk, text };
    if (waiting.waits) this.#open.set(channel, waiting);
    this.#queue.push(waiting);
  }

  /** What is held was no name: it belongs to the chunk with which it came. */
  #close(channel: number): void {
    const waiting = this.#open.get(channel);
    const held = this.#restorer.end(channel);
    if (waiting === undefined) return;
    waiting.entry = shown(waiting.chunk, waiting.text + held);
    waiting.waits = false;
    this.#open.delete(channel);
  }

  #closeAll(): void {
    for (const channel of [...this.#open.keys()]) this.#close(channel);
  }

  /** A plain answer, and the copies with which some dialects end, say the text again. */
  #output(entry: EntryOf<"output">): Entry {
    if (entry.native?.includes("<") !== true) return entry;
    return { ...entry, native: restoredCopies(entry.native, this.#restorer) };
  }

  #release(out: Entry[]): void {
    let count = 0;
    for (const { entry, waits, chunk } of this.#queue) {
      if (waits) break;
      count++;
      // Its text went on into the next chunk of its channel.
      const isEmpty = entry.type === "chunk" && entry.text === "" && chunk?.text !== "";
      if (!isEmpty && entry.seq > this.#restorer.afterSeq) out.push(entry);
    }
    this.#queue.splice(0, count);
  }
}

/** Findings point into the text as recorded; in another text they would point nowhere. */
function shown(chunk: EntryOf<"chunk">, text: string): EntryOf<"chunk"> {
  return text === chunk.text ? chunk : { ...chunk, text, findings: NO_FINDINGS };
}
