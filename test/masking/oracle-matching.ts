import { contains } from "../../src/patterns/char-set.js";
import type { Assertion, Expression } from "../../src/patterns/expression.js";
import { hasCapture } from "../../src/patterns/program.js";
import type { Char } from "./oracle-reading.js";

/** A match: indexes of its first masked symbol and of the symbol after its last one. */
export interface Match {
  readonly start: number;
  readonly at: number;
  /** Symbols that must be known before it is: `at`, or one more where it looks ahead. */
  readonly needs: number;
}

export interface Matching {
  readonly matches: readonly Match[];
  /** By number of known symbols: the masked starts of all candidates that wait for the next one. */
  readonly waiting: readonly ReadonlySet<number>[];
}

const WORD = /^[A-Za-z0-9_]$/;

/**
 * All matches that begin at any of `begins`, by following sets of places through the syntax tree. One
 * pass says it for every prefix too: a candidate that comes to a place has seen nothing after it.
 *
 * @param ended whether the edge of the text stands after the last symbol.
 */
export function matchAll(
  tree: Expression,
  symbols: readonly Char[],
  from: { readonly begins: readonly number[]; readonly ended: boolean },
): Matching {
  const follower = new Follower(symbols, from.ended);
  const isCaptured = hasCapture(tree);
  const reached = follower.follow(
    tree,
    new Set(from.begins.map((at) => follower.place(at, isCaptured ? -1 : at, 0))),
  );
  const matches: Match[] = [];
  for (const place of reached) {
    const start = follower.startOf(place);
    const at = follower.atOf(place);
    if (start >= 0) matches.push({ start, at, needs: at + (place & 1) });
  }
  return { matches, waiting: follower.waiting };
}

/**
 * A place is the index of the next symbol, where the masked span starts (-1: not yet), and whether the
 * next symbol has been looked at; packed into one integer.
 */
class Follower {
  readonly #symbols: readonly Char[];
  readonly #ended: boolean;
  readonly #width: number;
  readonly waiting: readonly Set<number>[];

  constructor(symbols: readonly Char[], ended: boolean) {
    this.#symbols = symbols;
    this.#ended = ended;
    this.#width = symbols.length + 2;
    this.waiting = Array.from({ length: symbols.length + 1 }, () => new Set());
  }

  place(at: number, start: number, looked: number): number {
    return (at * this.#width + start + 1) * 2 + looked;
  }

  atOf(place: number): number {
    return Math.floor((place >> 1) / this.#width);
  }

  startOf(place: number): number {
    return ((place >> 1) % this.#width) - 1;
  }

  follow(tree: Expression, places: ReadonlySet<number>): ReadonlySet<number> {
    if (places.size === 0) return places;
    switch (tree.kind) {
      case "sequence":
        return tree.parts.reduce((reached, part) => this.follow(part, reached), places);
      case "choice":
        return new Set(tree.options.flatMap((option) => [...this.follow(option, places)]));
      case "capture":
        return this.follow(tree.body, this.#tagged(places));
      case "repeat":
        return this.#repeat(tree, places);
      case "set":
        return this.#kept(places, (_place, at, start) => {
          this.#wait(at, start);
          const symbol = this.#symbols[at];
          return symbol !== undefined && contains(tree.set, symbol.codePoint)
            ? this.place(at + 1, start, 0)
            : -1;
        });
      case "assert":
        return this.#kept(places, (place, at, start) => this.#asserted(tree.assertion, place, { at, start }));
    }
  }

  #kept(
    places: ReadonlySet<number>,
    next: (place: number, at: number, start: number) => number,
  ): ReadonlySet<number> {
    const kept = new Set<number>();
    for (const place of places) {
      const to = next(place, this.atOf(place), this.startOf(place));
      if (to >= 0) kept.add(to);
    }
    return kept;
  }

  #tagged(places: ReadonlySet<number>): ReadonlySet<number> {
    return this.#kept(places, (place, at, start) => (start < 0 ? this.place(at, at, place & 1) : place));
  }

  #asserted(
    assertion: Assertion,
    place: number,
    { at, start }: { readonly at: number; readonly start: number },
  ): number {
    const left = this.#symbols[at - 1];
    const right = this.#symbols[at];
    if (assertion.kind === "before") {
      const seen = left === undefined ? assertion.edge : contains(assertion.set, left.codePoint);
      return seen !== assertion.negate ? place : -1;
    }
    this.#wait(at, start);
    if (right === undefined && !this.#ended) return -1;
    const holds =
      assertion.kind === "word"
        ? isWord(left) !== isWord(right)
        : right === undefined
          ? assertion.edge
          : contains(assertion.set, right.codePoint);
    return holds !== assertion.negate ? this.place(at, start, 1) : -1;
  }

  /** A candidate waits from where its span starts, if that has come. */
  #wait(at: number, start: number): void {
    if (start >= 0 && start < at) this.waiting[at]?.add(start);
  }

  #repeat(tree: Extract<Expression, { kind: "repeat" }>, places: ReadonlySet<number>): ReadonlySet<number> {
    let current = places;
    for (let count = 0; count < tree.min; count++) current = this.follow(tree.body, current);
    const reached = new Set(current);
    for (let count = tree.min; count < tree.max && current.size > 0; count++) {
      const fresh = new Set<number>();
      for (const place of this.follow(tree.body, current)) if (!reached.has(place)) fresh.add(place);
      for (const place of fresh) reached.add(place);
      current = fresh;
    }
    return reached;
  }
}

function isWord(symbol: Char | undefined): boolean {
  return symbol !== undefined && WORD.test(String.fromCodePoint(symbol.codePoint));
}
