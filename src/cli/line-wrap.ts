/** Breaks text that arrives in pieces between its words, so that no line is longer than `width` where it can be. */
export class LineWrap {
  readonly #width: number;
  readonly #indent: string;
  #column = 0;

  constructor(width: number, indent: string) {
    this.#width = width;
    this.#indent = indent;
  }

  /** The piece as it is to be written now; a break of the text itself becomes a space. */
  next(piece: string): string {
    let written = "";
    for (const [word] of piece.replaceAll("\n", " ").matchAll(/ ?[^ ]+| /g)) {
      const isBreak = word.startsWith(" ") && this.#column + word.length > this.#width;
      const shown = isBreak ? word.slice(1) : word;
      written += isBreak ? `\n${this.#indent}${shown}` : shown;
      this.#column = isBreak ? shown.length : this.#column + shown.length;
    }
    return written;
  }
}
