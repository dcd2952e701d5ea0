import { isDisguise } from "../patterns/alphabet.js";
import type { Cursor } from "../patterns/cursor.js";
import { Reading, type ReadingSink } from "../patterns/reading.js";
import { CLOSE, OPEN } from "../patterns/resolver.js";
import type { RuleSet } from "../patterns/rule-set.js";
import { MAX_ESCAPE_CHARS, plainReading } from "../patterns/unescaper.js";
import { HeldText } from "./held-text.js";
import { addSpan, type Region, type RuleOrder } from "./region.js";

export interface FinderRules extends RuleOrder {
  /** 1 for rules that only note what they find. */
  readonly observes: Uint8Array;
  /** 1 for rules that find nothing in this kind of channel. */
  readonly ignores: Uint8Array;
  /** Positions are moved down once they pass this. */
  readonly rebaseAt: number;
}

const NO_REGIONS: Region[] = [];
/** Slices this short keep the age of a new candidate below the limit within one slice. */
const SLICE = 256;

/**
 * Reads text in whatever pieces it comes and finds the regions that the rules cover, in the plain
 * reading and in those with disguises taken off. Holds the text from the last release on.
 * Positions are UTF-16 units from `origin`.
 */
export class Finder implements ReadingSink {
  readonly #rules: FinderRules;
  readonly #set: RuleSet;
  readonly #cursor: Cursor;
  #reading: Reading | null = null;
  #previous = -1;
  /** First half of a surrogate pair whose second half has not come. */
  #carried = "";
  readonly #text = new HeldText();
  level = 0;
  /** Positions count from here, in UTF-16 units of the input. */
  origin = 0;
  /** Position up to which text was read. */
  position = 0;
  masked: Region[] = NO_REGIONS;
  observed: Region[] = NO_REGIONS;

  constructor(rules: FinderRules) {
    this.#rules = rules;
    this.#set = rules.rules;
    this.#cursor = rules.rules.cursor();
  }

  get carried(): number {
    return this.#carried.length;
  }

  read(piece: string): void {
    let text = this.#carried === "" ? piece : this.#carried + piece;
    this.#carried = "";
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#carried = text.slice(-1);
      text = text.slice(0, -1);
    }
    this.#consume(text);
  }

  end(): void {
    const rest = this.#carried;
    this.#carried = "";
    this.#consume(rest);
    this.#reading?.flush(this);
    this.#extendBlocks();
    const { edge } = this.#set.alphabet;
    this.level = 0;
    this.#cursor.previousEnd = this.position;
    this.#cursor.take(edge, this.position, this.position, this);
    this.#reading?.finish(this, edge, this.position);
    this.#reading = null;
  }

  #consume(text: string): void {
    this.#text.append(text);
    this.#set.automaton.consumed += text.length;
    const cursor = this.#cursor;
    if (cursor.row === 0 || cursor.generation !== cursor.automaton.generation) cursor.settle();
    this.#reading?.settle();
    const base = this.position;
    let index = 0;
    while (index < text.length) {
      if (this.#reading === null) index = this.#readFast(text, index, base);
      if (index < text.length) index = this.#readOne(text, index, base);
    }
    this.position = base + text.length;
    if (index > 0) this.#previous = text.charCodeAt(index - 1);
    cursor.previousEnd = this.position;
    cursor.settle();
    this.#extendBlocks();
  }

  /** Follows ready transitions; stops where a second reading may begin or a candidate grows old. */
  #readFast(text: string, from: number, base: number): number {
    const cursor = this.#cursor;
    const { automaton, starts } = cursor;
    const { hotClassOf, exit } = this.#set.alphabet;
    let to = this.#fastLimit(text.length, from, base);
    let { transitions } = automaton;
    let { row } = cursor;
    let index = from;
    for (; index < to; index++) {
      const c = hotClassOf[text.charCodeAt(index)] ?? 0;
      const transition = transitions[row + c] ?? 0;
      if (transition > 0 && (transition & 2) === 0) {
        if ((transition & 1) === 1) starts[0] = base + index;
        row = transition >> 2;
        continue;
      }
      if (c === exit) break;
      cursor.row = row;
      cursor.previousEnd = base + index;
      this.level = 0;
      cursor.take(c, base + index, base + index + 1, this);
      if (cursor.generation !== automaton.generation) cursor.settle();
      transitions = automaton.transitions;
      row = cursor.row;
      if (cursor.contextEnd < base + to) to = Math.max(index + 1, cursor.contextEnd - base);
    }
    cursor.row = row;
    return index;
  }

  #fastLimit(length: number, from: number, base: number): number {
    const cursor = this.#cursor;
    const most = this.#set.maxCandidateChars - 1;
    const limit = Math.min(length, from + Math.min(SLICE, most), cursor.contextEnd - base);
    if (cursor.groups === 0) return limit;
    return Math.min(limit, (cursor.starts[0] ?? 0) + most - base);
  }

  /** Reads one code point with every care: opens a second reading, checks ages. */
  #readOne(text: string, index: number, base: number): number {
    const codePoint = text.codePointAt(index) ?? 0;
    const length = codePoint > 0xffff ? 2 : 1;
    const start = base + index;
    const end = start + length;
    const cursor = this.#cursor;
    cursor.previousEnd = start;
    if (this.#reading === null && isDisguise(codePoint)) {
      this.#reading = new Reading(cursor, 1, index > 0 ? text.charCodeAt(index - 1) : this.#previous);
    }
    this.level = 0;
    cursor.take(this.classOf(codePoint), start, end, this);
    this.aged(cursor, end);
    if (this.#reading !== null) {
      this.#reading.take(codePoint, { start, end }, this);
      this.#reading.age(this, end);
      if (this.#reading.agrees(cursor, codePoint)) this.#reading = null;
    }
    return index + length;
  }

  classOf(codePoint: number): number {
    const { alphabet } = this.#set;
    if (codePoint < 0x10000) {
      const c = alphabet.hotClassOf[codePoint] ?? alphabet.exit;
      if (c !== alphabet.exit) return c;
    }
    return alphabet.classOf(codePoint);
  }

  /** A candidate over the length limit counts as a match for as long as it lives. */
  aged(cursor: Cursor, end: number): void {
    const limit = this.#set.maxCandidateChars;
    if (end - (cursor.starts[0] ?? end) < limit) return;
    const { groups } = cursor;
    for (let group = 0; group < groups; group++) {
      const start = cursor.starts[group] ?? end;
      if (end - start < limit) return;
      const rule = this.#coveringRule(cursor, group);
      if (rule < 0) continue;
      this.#add(start, end, { rule, sticky: true });
      return;
    }
  }

  #coveringRule(cursor: Cursor, group: number): number {
    return this.#mostSpecific(this.#set.rulesOf(cursor.itemsOf(group)));
  }

  /** The most specific of the rules that mask, or -1 when all only observe. */
  #mostSpecific(rules: readonly number[]): number {
    let best = -1;
    for (const rule of rules) {
      if (this.#rules.observes[rule] === 1 || this.#rules.ignores[rule] === 1) continue;
      if (best < 0 || this.#set.compare(rule, best) < 0) best = rule;
    }
    return best;
  }

  span(start: number, end: number, code: number): void {
    const kind = code & 3;
    const rule = code >> 2;
    if (this.#rules.ignores[rule] === 1) return;
    if (kind === OPEN || kind === CLOSE) {
      this.#add(start, end, { rule, sticky: true });
      return;
    }
    if (!this.#set.isJudged(rule) || end - start > this.#set.maxCandidateChars || start < this.#text.start) {
      if (rule < this.#set.detectors.length) this.#add(start, end, { rule, sticky: false });
      return;
    }
    const found = this.#set.judge(rule, this.#plain(start, end, this.level));
    if (found >= 0) this.#add(start, end, { rule: found, sticky: false });
  }

  #plain(start: number, end: number, level: number): string {
    const source = this.text(start, end);
    return level === 0 ? source : plainReading(source, level);
  }

  #add(start: number, end: number, what: { readonly rule: number; readonly sticky: boolean }): void {
    const span = { start, end, ...what };
    if (this.#rules.observes[what.rule] === 1) {
      if (this.observed === NO_REGIONS) this.observed = [];
      addSpan(this.observed, { ...span, sticky: false }, this.#rules);
      return;
    }
    if (this.masked === NO_REGIONS) this.masked = [];
    addSpan(this.masked, span, this.#rules);
  }

  #extendBlocks(): void {
    this.#extendBlock(this.#cursor);
    if (this.#reading !== null) for (const cursor of this.#reading.cursors()) this.#extendBlock(cursor);
  }

  /** What stands inside a block so far is masked, though the block has not ended. */
  #extendBlock(cursor: Cursor): void {
    const first = cursor.block;
    if (first < 0) return;
    for (let group = first; group < cursor.groups; group++) {
      const rule = this.#mostSpecific(this.#set.blocksOf(cursor.itemsOf(group)));
      if (rule < 0) continue;
      this.#add(cursor.starts[group] ?? 0, cursor.previousEnd, { rule, sticky: true });
      return;
    }
  }

  /** First position that a candidate may still come to cover; `position` when there is none. */
  get live(): number {
    let live = this.#liveOf(this.#cursor);
    if (this.#reading !== null) {
      live = Math.min(live, this.#reading.pendingStart(this.position));
      for (const cursor of this.#reading.cursors()) live = Math.min(live, this.#liveOf(cursor));
    }
    return live;
  }

  #liveOf(cursor: Cursor): number {
    const { groups } = cursor;
    if (groups === 0) return this.position;
    const oldest = cursor.starts[0] ?? this.position;
    if (this.position - oldest < this.#set.maxCandidateChars) return oldest;
    // What only observes is not waited for beyond the limit.
    for (let group = 0; group < groups; group++) {
      const start = cursor.starts[group] ?? this.position;
      if (this.position - start < this.#set.maxCandidateChars || this.#coveringRule(cursor, group) >= 0)
        return start;
    }
    return this.position;
  }

  /** Source text `[start, end)`, which must be at hand. */
  text(start: number, end: number): string {
    return this.#text.slice(start, end);
  }

  /** Where text must be kept from, since a candidate that starts there may still be judged. */
  get neededFrom(): number {
    return this.position - this.#set.maxCandidateChars - MAX_ESCAPE_CHARS;
  }

  /** Drops the text before `position`, which must not be needed again. */
  drop(position: number): void {
    this.#text.drop(position);
  }

  /** Returns the text before `position` and drops it: one call where nothing is masked. */
  take(position: number): string {
    return this.#text.take(position);
  }

  /** How far positions must be moved down now; 0 mostly. The owner then calls `rebase`. */
  get excess(): number {
    return this.position > this.#rules.rebaseAt ? this.#text.start : 0;
  }

  rebase(by: number): void {
    this.origin += by;
    this.position -= by;
    this.#text.start -= by;
    this.#cursor.rebase(by);
    this.#reading?.rebase(by);
    this.masked = this.masked.map((region) => movedDown(region, by));
    this.observed = this.observed.map((region) => movedDown(region, by));
  }
}

function movedDown(region: Region, by: number): Region {
  const move = <T extends { start: number; end: number }>(span: T): T => ({
    ...span,
    start: span.start - by,
    end: span.end - by,
  });
  return {
    ...move(region),
    label: move(region.label),
    sticky: region.sticky === null ? null : move(region.sticky),
  };
}
