/**
 * Text that was read and not yet dropped. The last piece is kept as it came, so that a piece from
 * which nothing is held back goes out as the very string that came in.
 */
export class HeldText {
  #held = "";
  #chunk = "";
  /** Position of the first character. */
  start = 0;

  append(text: string): void {
    if (this.#chunk !== "") this.#held += this.#chunk;
    this.#chunk = text;
  }

  /** Source text `[start, end)`, which must be at hand. */
  slice(start: number, end: number): string {
    const from = start - this.start;
    const to = end - this.start;
    const held = this.#held.length;
    if (from >= held) return this.#chunk.slice(from - held, to - held);
    if (to <= held) return this.#held.slice(from, to);
    return this.#held.slice(from) + this.#chunk.slice(0, to - held);
  }

  /** Drops the text before `position`, which must not be needed again. */
  drop(position: number): void {
    const count = position - this.start;
    if (count <= 0) return;
    const held = this.#held.length;
    this.#held = count >= held ? this.#chunk.slice(count - held) : this.#held.slice(count) + this.#chunk;
    this.#chunk = "";
    this.start = position;
  }

  /** Returns the text before `position` and drops it: one call where nothing is masked. */
  take(position: number): string {
    const count = position - this.start;
    if (count <= 0) return "";
    const held = this.#held.length;
    const { length } = this.#chunk;
    this.start = position;
    if (count === held + length) {
      const text = held === 0 ? this.#chunk : this.#held + this.#chunk;
      this.#held = "";
      this.#chunk = "";
      return text;
    }
    let text: string;
    if (count < held) {
      text = this.#held.slice(0, count);
      this.#held = this.#held.slice(count) + this.#chunk;
    } else {
      const rest = count - held;
      text = held === 0 ? this.#chunk.slice(0, rest) : this.#held + this.#chunk.slice(0, rest);
      this.#held = this.#chunk.slice(rest);
    }
    this.#chunk = "";
    return text;
  }
}
