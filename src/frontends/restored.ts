import type { Entry, EntryOf } from "../domain/entry.js";
import { NO_FINDINGS } from "../domain/finding.js";
import type { TextRestorer } from "../pipeline/call.js";
import { restoredCopies } from "./restored-copies.js";

/**
 * The caller's own view of a log whose prompt was redacted reversibly: pseudonyms in the answer are put
 * back, in the caller's live stream only. Entries keep their numbers; text that was held until its
 * channel ended comes as one more chunk that repeats the number before.
 */
export class RestoredEntries {
  readonly #restorer: TextRestorer;
  /** The last chunk of each channel: its envelope serves what comes at the channel's end. */
  readonly #last = new Map<number, EntryOf<"chunk">>();

  constructor(restorer: TextRestorer) {
    this.#restorer = restorer;
  }

  restore(entries: readonly Entry[]): readonly Entry[] {
    if (!this.#restorer.active) return entries;
    const out: Entry[] = [];
    for (const entry of entries) {
      switch (entry.type) {
        case "chunk":
          this.#chunk(entry, out);
          break;
        case "output":
          for (const item of entry.items) {
            if (item.type === "channel") this.#restorer.opened(item.channel);
            if (item.type === "channel_closed") this.#end(item.channel, entry, out);
            if (item.type === "finish") this.#endAll(entry, out);
          }
          out.push(this.#output(entry));
          break;
        case "ended":
          this.#endAll(entry, out);
          out.push(entry);
          break;
        default:
          out.push(entry);
      }
    }
    return out;
  }

  #chunk(entry: EntryOf<"chunk">, out: Entry[]): void {
    this.#last.set(entry.channel, entry);
    const text = this.#restorer.feed(entry.channel, entry.text);
    if (text === entry.text) out.push(entry);
    // Findings point into the text as recorded; in another text they would point nowhere.
    else if (text !== "") out.push({ ...entry, text, findings: NO_FINDINGS });
  }

  /** A plain answer, and the copies with which some dialects end, say the text again. */
  #output(entry: EntryOf<"output">): Entry {
    if (entry.native?.includes("<") !== true) return entry;
    return { ...entry, native: restoredCopies(entry.native, this.#restorer) };
  }

  #end(channel: number, before: Entry, out: Entry[]): void {
    const last = this.#last.get(channel);
    if (last === undefined) return;
    this.#last.delete(channel);
    const text = this.#restorer.end(channel);
    if (text === "") return;
    const position = { seq: before.seq - 1, offsetUs: before.offsetUs };
    out.push({ ...last, ...position, text, logprobs: null, findings: NO_FINDINGS });
  }

  #endAll(before: Entry, out: Entry[]): void {
    for (const channel of [...this.#last.keys()]) this.#end(channel, before, out);
  }
}
