import { type Automaton, equalStates } from "./automaton.js";
import type { Contexts } from "./contexts.js";
import { GROUP } from "./stepper.js";

/** Receives every accepted span; `code` is `rule * 4 + kind`. Positions are those of the source. */
export interface SpanSink {
  span(start: number, end: number, code: number): void;
}

const NEVER = 0x7fffffff;
const NO_KEY = new Int32Array(0);
const NO_CONTEXTS: readonly OpenContext[] = [];

interface OpenContext {
  readonly group: number;
  /** Last position at which a match may start and still be within reach of the word. */
  readonly until: number;
}

/**
 * One reading position of an automaton: the state, the start of each live group, and the context
 * groups that are open. Row 0 means that the state is simulated and stands in `key` alone.
 */
export class Cursor {
  readonly automaton: Automaton;
  readonly #contexts: Contexts;
  row: number;
  /** Key of the state as of the last `settle` or `take`; survives a flush of the cache. */
  key: Int32Array;
  /** Numbers of `key` that count, where it is a buffer of this cursor's own; -1 where it is a whole key. */
  #ownLength = -1;
  generation: number;
  /** Start of the masked span of each live group, ascending. Only the first `groups` count. */
  starts: number[] = [];
  /** End of the last character that was taken. */
  previousEnd = 0;
  #open: readonly OpenContext[] = NO_CONTEXTS;
  /** First position at which an open context group closes. */
  contextEnd = NEVER;

  constructor(automaton: Automaton, contexts: Contexts) {
    this.automaton = automaton;
    this.#contexts = contexts;
    this.generation = automaton.generation;
    this.row = automaton.firstRow;
    this.key = automaton.keyOf(this.row);
  }

  get #keyLength(): number {
    return this.#ownLength < 0 ? this.key.length : this.#ownLength;
  }

  /** Whether the row is one of the automaton's present states, and not simulated or flushed. */
  get #isCurrent(): boolean {
    return this.row !== 0 && this.generation === this.automaton.generation;
  }

  /** Number of live groups. */
  get groups(): number {
    if (this.#isCurrent) return this.automaton.groupsOf(this.row);
    let groups = 0;
    const from = this.automaton.stepper.head;
    for (let index = from; index < this.#keyLength; index++) if (this.key[index] === GROUP) groups++;
    return groups;
  }

  /** First group that is inside a block, or -1. */
  get block(): number {
    if (this.#isCurrent) return this.automaton.blockOf(this.row);
    return this.automaton.blockIn(this.key, this.#keyLength);
  }

  /** Items of a live group: tells which rules a long candidate may belong to. */
  itemsOf(group: number): Int32Array {
    const key = this.#isCurrent ? this.automaton.keyOf(this.row) : this.#ownKey();
    let from = key.indexOf(GROUP);
    for (let skipped = 0; skipped < group && from >= 0; skipped++) from = key.indexOf(GROUP, from + 1);
    if (from < 0) return NO_KEY;
    const to = key.indexOf(GROUP, from + 1);
    return key.subarray(from + 1, to < 0 ? key.length : to);
  }

  /** Makes the first `count` groups one, which starts where the oldest does. */
  mergeOldest(count: number): void {
    const key = this.#isCurrent ? this.automaton.keyOf(this.row) : this.#ownKey();
    const merged: number[] = [];
    const seen = new Set<number>();
    let group = -1;
    for (const [index, item] of key.entries()) {
      if (index >= this.automaton.stepper.head && item === GROUP) {
        group++;
        seen.clear();
        if (group > 0 && group < count)
          for (const known of merged.slice(merged.lastIndexOf(GROUP) + 1)) seen.add(known);
        else merged.push(GROUP);
      } else if (group < 0 || !seen.has(item)) merged.push(item);
    }
    const starts = [this.starts[0] ?? 0, ...this.starts.slice(count, group + 1)];
    this.#goTo(Int32Array.from(merged));
    this.starts.splice(0, starts.length, ...starts);
  }

  /** A second cursor in the same place. */
  fork(): Cursor {
    const copy = new Cursor(this.automaton, this.#contexts);
    this.settle();
    copy.row = this.row;
    copy.generation = this.generation;
    copy.key = this.#wholeKey();
    copy.starts = this.starts.slice(0, this.groups);
    copy.previousEnd = this.previousEnd;
    copy.#open = this.#open;
    copy.contextEnd = this.contextEnd;
    return copy;
  }

  /** Whether both will do the same from here on, whatever follows. */
  agrees(other: Cursor): boolean {
    if (this.#isCurrent && other.#isCurrent) {
      if (this.row !== other.row) return false;
    } else if (!equalStates(this.#ownKey(), other.#ownKey(), this.automaton.stepper.head)) return false;
    if (this.contextEnd !== other.contextEnd || !sameContexts(this.#open, other.#open)) return false;
    const groups = this.groups;
    for (let group = 0; group < groups; group++) if (this.starts[group] !== other.starts[group]) return false;
    return true;
  }

  #ownKey(): Int32Array {
    return this.key.subarray(0, this.#keyLength);
  }

  /** The key, in memory that no later step writes over. */
  #wholeKey(): Int32Array {
    return this.#ownLength < 0 ? this.key : this.key.slice(0, this.#ownLength);
  }

  /** Brings row and key up to date with each other; call before reading and after a hot loop. */
  settle(): void {
    if (this.row === 0) {
      if (!this.automaton.isBypassed) this.#rejoin();
      return;
    }
    if (this.generation !== this.automaton.generation) this.#rejoin();
    else this.#arrive(this.row);
  }

  /** Looks the state up by its key; it stays simulated when the cache has no room. */
  #rejoin(): void {
    this.#goTo(this.#wholeKey());
  }

  #goTo(key: Int32Array): void {
    const row = this.automaton.rowOf(key);
    this.generation = this.automaton.generation;
    if (row !== 0) {
      this.#arrive(row);
      return;
    }
    this.row = 0;
    this.key = key;
    this.#ownLength = -1;
  }

  /**
   * Takes one character of class `c` that stands at `[start, end)` of the source. Spans that ended
   * before it end at `previousEnd`.
   */
  take(c: number, start: number, end: number, sink: SpanSink): void {
    const { automaton } = this;
    if (this.generation !== automaton.generation && this.row !== 0) this.#rejoin();
    if (start >= this.contextEnd) this.#closeContexts(start);
    if (this.row === 0 || automaton.isBypassed) this.#simulate(c, start, end, sink);
    else this.#follow(c, start, end, sink);
    this.previousEnd = end;
  }

  #follow(c: number, start: number, end: number, sink: SpanSink): void {
    const { automaton, starts } = this;
    let transition = automaton.transitions[this.row + c] ?? 0;
    if (transition === 0) transition = automaton.build(this.row, c);
    if (transition === 0) {
      this.#arrive(this.row);
      this.#simulate(c, start, end, sink);
      return;
    }
    this.generation = automaton.generation;
    if (transition > 0) {
      this.#arrive(transition >> 2);
      const kind = transition & 3;
      if (kind === 1) starts[0] = start;
      else if (kind === 2) starts[automaton.groupsOf(this.row) - 1] = start;
      return;
    }
    const effect = automaton.effect(transition);
    this.#arrive(effect.nextRow);
    if (effect.words !== null) {
      this.#openContexts(effect.words);
      this.#takeAgain(c, start, end, sink);
      return;
    }
    if (effect.accepts !== null) this.#report(effect.accepts, { start, end }, sink);
    this.#move(effect.moves, start);
  }

  /** Takes the character whose coming ended a word; what a reading dropped between may be beyond its reach. */
  #takeAgain(c: number, start: number, end: number, sink: SpanSink): void {
    if (start >= this.contextEnd) this.#closeContexts(start);
    if (this.row === 0 || this.automaton.isBypassed) this.#simulate(c, start, end, sink);
    else this.#follow(c, start, end, sink);
  }

  #arrive(row: number): void {
    this.row = row;
    this.key = this.automaton.keyOf(row);
    this.#ownLength = -1;
  }

  #simulate(c: number, start: number, end: number, sink: SpanSink): void {
    const { automaton } = this;
    const { stepper } = automaton;
    stepper.step(this.key, this.#keyLength, c);
    if (stepper.words.length > 0) {
      this.#openContexts(stepper.words);
      this.#keep();
      this.#takeAgain(c, start, end, sink);
      return;
    }
    this.#keep();
    automaton.simulated++;
    if (stepper.accepts.length === 0) {
      this.#move(stepper.moves, start);
      return;
    }
    // Judging a span may scan with the same stepper, so its results are copied first.
    const accepts = [...stepper.accepts];
    const moves = [...stepper.moves];
    this.#report(accepts, { start, end }, sink);
    this.#move(moves, start);
  }

  /** Goes to the state that the stepper has made: back to the cache where it holds it. */
  #keep(): void {
    const { automaton } = this;
    const { out, outLength } = automaton.stepper;
    const row = automaton.isBypassed ? 0 : automaton.heldRow();
    this.generation = automaton.generation;
    if (row !== 0) {
      this.#arrive(row);
      return;
    }
    if (this.#ownLength < 0 || this.key.length < outLength)
      this.key = new Int32Array(outLength + (outLength >> 1) + 16);
    for (let index = 0; index < outLength; index++) this.key[index] = out[index] ?? 0;
    this.#ownLength = outLength;
    this.row = 0;
  }

  #report(accepts: readonly number[], at: { start: number; end: number }, sink: SpanSink): void {
    for (let index = 0; index < accepts.length; index += 3) {
      const group = accepts[index + 1] ?? -1;
      const start = group < 0 ? at.start : (this.starts[group] ?? at.start);
      const end = accepts[index + 2] === 1 ? at.end : this.previousEnd;
      if (end > start) sink.span(start, end, accepts[index] ?? 0);
    }
  }

  #move(moves: readonly number[], start: number): void {
    const { starts } = this;
    for (let group = 0; group < moves.length; group++) {
      const from = moves[group] ?? -1;
      starts[group] = from < 0 ? start : (starts[from] ?? start);
    }
  }

  #openContexts(words: readonly number[]): void {
    const { groupsOfWord, reach } = this.#contexts;
    const open = new Map(this.#open.map((each) => [each.group, each.until]));
    for (const word of words) {
      for (const group of groupsOfWord[word] ?? []) open.set(group, this.previousEnd + (reach[group] ?? 0));
    }
    this.#setContexts([...open].sort((x, y) => x[0] - y[0]).map(([group, until]) => ({ group, until })));
  }

  #closeContexts(start: number): void {
    this.#setContexts(this.#open.filter((each) => each.until >= start));
    const { stepper } = this.automaton;
    const groups = this.#open.map((each) => each.group);
    const key = this.#isCurrent ? this.automaton.keyOf(this.row).slice() : this.#ownKey().slice();
    stepper.setContexts(key, groups);
    this.#goTo(key);
  }

  #setContexts(open: readonly OpenContext[]): void {
    this.#open = open.length === 0 ? NO_CONTEXTS : open;
    this.contextEnd = open.reduce((least, each) => Math.min(least, each.until + 1), NEVER);
  }

  /** Moves every position down by `by`, for streams longer than positions reach. */
  rebase(by: number): void {
    for (let group = 0; group < this.starts.length; group++)
      this.starts[group] = (this.starts[group] ?? 0) - by;
    this.previousEnd -= by;
    this.#setContexts(this.#open.map(({ group, until }) => ({ group, until: until - by })));
  }
}

function sameContexts(a: readonly OpenContext[], b: readonly OpenContext[]): boolean {
  return (
    a.length === b.length &&
    a.every((each, index) => each.group === b[index]?.group && each.until === b[index]?.until)
  );
}
