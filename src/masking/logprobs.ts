import type { InputSpan } from "./stream-masker.js";

/** One token with its log-probabilities as the provider sent them. */
export interface LogprobEntry<Native> {
  /** Text of the token. Bytes that are no whole character yet stand for nothing: "". */
  readonly text: string;
  readonly native: Native;
}

/** Entries beyond this wait for no text: a provider that sends so many without text is broken. */
const MAX_WAITING = 4096;

/**
 * Keeps log-probability entries in step with the text of their channel. An entry comes out only
 * once all its characters were released and none of them lies in a masked region; alternatives of
 * a token that touches a region go with it, since text hides in them. Entries are counted against
 * the input of the channel's masker, in the order in which they came.
 */
export class LogprobQueue<Native> {
  #waiting: { readonly start: number; readonly end: number; readonly native: Native }[] = [];
  readonly #masked: InputSpan[] = [];
  #position = 0;
  #overflowed = false;

  /** Entries that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Takes the entries that came along with a piece of text. */
  push(entries: readonly LogprobEntry<Native>[]): void {
    for (const { text, native } of entries) {
      const start = this.#position;
      this.#position += text.length;
      if (this.#waiting.length >= MAX_WAITING) this.#overflowed = true;
      if (!this.#overflowed) this.#waiting.push({ start, end: this.#position, native });
    }
  }

  /**
   * Takes what the masker has released, and returns the entries that may go with it.
   * @param releasedInput `releasedInput` of the masker after the same call.
   * @param covered `covered` of the masker after the same call.
   */
  release(releasedInput: number, covered: readonly InputSpan[]): readonly Native[] {
    for (const span of covered) this.#masked.push(span);
    const free: Native[] = [];
    let done = 0;
    for (const entry of this.#waiting) {
      if (entry.end > releasedInput) break;
      done++;
      if (!this.#touches(entry)) free.push(entry.native);
    }
    if (done > 0) this.#waiting = this.#waiting.slice(done);
    this.#forget(this.#waiting[0]?.start ?? Math.min(this.#position, releasedInput));
    return free;
  }

  /** A token without text of its own stands at a place; it touches a region that holds or borders it. */
  #touches(entry: { readonly start: number; readonly end: number }): boolean {
    const isEmpty = entry.start === entry.end;
    return this.#masked.some(({ start, end }) =>
      isEmpty ? start <= entry.start && end >= entry.end : start < entry.end && end > entry.start,
    );
  }

  #forget(before: number): void {
    let done = 0;
    while (done < this.#masked.length && (this.#masked[done]?.end ?? before) < before) done++;
    if (done > 0) this.#masked.splice(0, done);
  }
}
