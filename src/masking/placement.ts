/** Where input came to stand in the text of one release, in which placeholders changed lengths. */
export class Placement {
  readonly #first: number;
  /** Quadruples of input start, input end, output start, output end, ascending. */
  readonly #places: number[] = [];

  /** @param first input position of the first character of the text. */
  constructor(first: number) {
    this.#first = first;
  }

  add(inputStart: number, inputEnd: number, output: { readonly start: number; readonly end: number }): void {
    this.#places.push(Math.max(inputStart, this.#first), inputEnd, output.start, output.end);
  }

  /** Output position at which a finding that starts at `position` starts. */
  startOf(position: number): number {
    return this.#of(Math.max(position, this.#first), "start");
  }

  /** Output position at which a finding that ends at `position` ends. */
  endOf(position: number): number {
    return this.#of(position, "end");
  }

  #of(position: number, side: "start" | "end"): number {
    let input = this.#first;
    let output = 0;
    for (let index = 0; index < this.#places.length; index += 4) {
      const start = this.#places[index] ?? 0;
      const end = this.#places[index + 1] ?? 0;
      if (side === "start" ? position < start : position <= start) break;
      if (side === "start" ? position < end : position <= end) {
        return this.#places[index + (side === "start" ? 2 : 3)] ?? 0;
      }
      input = end;
      output = this.#places[index + 3] ?? 0;
    }
    return output + position - input;
  }
}
