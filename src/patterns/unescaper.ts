import { AMPERSAND, BACKSLASH, PERCENT, verdictOn } from "./escape-sequences.js";
import { FOLDS } from "./fold.js";

/** How much a reading takes off: `markup` drops emphasis and folds; `escapes` only decodes. */
export type ReadingKind = "markup" | "escapes";

const UNDERSCORE = 0x5f;
const TILDE = 0x7e;
const STAR = 0x2a;
const BACKTICK = 0x60;
const MAX_PENDING = 14;
/**
 * An escape that takes so many UTF-16 units of the source is none. Characters that a reading drops
 * count, else a row of them could keep it undecided for ever. Enough for a character reference each
 * character of which is escaped twice (216).
 */
export const MAX_ESCAPE_CHARS = 256;

/**
 * Reads a character stream as its reader would see it: escapes decoded, emphasis marks dropped,
 * disguises folded. Every character of the output knows which source it stands for. What is not
 * decided yet is pending, and may hold up release from `pendingStart` on.
 */
export class Unescaper {
  readonly #kind: ReadingKind;
  readonly #pending: number[] = [];
  readonly #pendingSpans: number[] = [];
  #previousIsWord = false;
  /** Whether the last character stands in the source as an ASCII letter or digit. */
  #previousIsPlain = false;
  /** End of the last source character that reads differently; positions before it are settled. */
  changedEnd = -1;
  /** Triples of code point, start and end; the caller takes them and sets the length to 0. */
  readonly out: number[] = [];

  constructor(kind: ReadingKind, previous: number) {
    this.#kind = kind;
    this.#previousIsWord = isWord(previous);
    this.#previousIsPlain = previous < 0x80 && isWord(previous);
  }

  get pendingStart(): number {
    return this.#pendingSpans[0] ?? -1;
  }

  /** Whether it would read on as a fresh one after the source character `previous`. */
  isFreshAfter(previous: number): boolean {
    if (this.#pending.length > 0 || this.#previousIsWord !== isWord(previous)) return false;
    return this.#previousIsPlain === (previous < 0x80 && isWord(previous));
  }

  take(codePoint: number, start: number, end: number): void {
    const folded = this.#kind === "markup" && codePoint >= 0x80 ? this.#fold(codePoint) : undefined;
    if (codePoint < 0x80) this.#previousIsPlain = isWord(codePoint);
    if (folded === undefined) this.#read(codePoint, start, end);
    else {
      this.changedEnd = end;
      for (const each of folded) this.#read(each, start, end);
    }
  }

  /** A raised figure after plain letters or digits is a footnote mark, not part of the number. */
  #fold(codePoint: number): readonly number[] | undefined {
    const isMark = this.#previousIsPlain && isRaised(codePoint);
    this.#previousIsPlain = false;
    return isMark ? undefined : FOLDS.get(codePoint);
  }

  /** The source was read up to `end`: what has been pending for too long stands for itself. */
  expire(end: number): void {
    while (this.#pending.length > 0 && end - this.pendingStart >= MAX_ESCAPE_CHARS) this.#giveUp();
  }

  /** The text has ended: what is pending stands for itself. */
  finish(): void {
    while (this.#pending.length > 0) this.#giveUp();
  }

  rebase(by: number): void {
    for (let index = 0; index < this.#pendingSpans.length; index++) {
      this.#pendingSpans[index] = (this.#pendingSpans[index] ?? 0) - by;
    }
    this.changedEnd -= by;
  }

  #read(codePoint: number, start: number, end: number): void {
    if (this.#pending.length > 0) {
      this.#pending.push(codePoint);
      this.#pendingSpans.push(start, end);
      this.#decide();
      return;
    }
    switch (codePoint) {
      case BACKSLASH:
      case AMPERSAND:
      case PERCENT:
        this.#hold(codePoint, start, end);
        return;
      case TILDE:
        if (this.#kind === "markup") this.#hold(codePoint, start, end);
        else this.#emit(codePoint, start, end);
        return;
      case UNDERSCORE:
        if (this.#kind !== "markup") this.#emit(codePoint, start, end);
        else if (this.#previousIsWord) this.#hold(codePoint, start, end);
        else this.changedEnd = end;
        return;
      case STAR:
      case BACKTICK:
        if (this.#kind !== "markup") this.#emit(codePoint, start, end);
        else this.changedEnd = end;
        return;
      default:
        this.#emit(codePoint, start, end);
    }
  }

  #hold(codePoint: number, start: number, end: number): void {
    this.#pending.push(codePoint);
    this.#pendingSpans.push(start, end);
  }

  #emit(codePoint: number, start: number, end: number): void {
    this.#previousIsWord = isWord(codePoint);
    this.out.push(codePoint, start, end);
  }

  #decide(): void {
    switch (this.#pending[0]) {
      case UNDERSCORE:
        this.#decideUnderscores();
        return;
      case TILDE:
        if (this.#pending[1] === TILDE) this.#drop(2);
        else this.#giveUp();
        return;
    }
    const verdict = verdictOn(this.#pending);
    if (verdict === "more" && this.#pending.length < MAX_PENDING) return;
    if (typeof verdict === "string") {
      this.#giveUp();
      return;
    }
    const start = this.#pendingSpans[0] ?? 0;
    const end = this.#pendingSpans[verdict.used * 2 - 1] ?? start;
    const rest = this.#cut(verdict.used);
    this.changedEnd = end;
    const folded = FOLDS.get(verdict.codePoint);
    if (folded === undefined) this.#emit(verdict.codePoint, start, end);
    else for (const each of folded) this.#emit(each, start, end);
    this.#again(rest);
  }

  /** A run of underscores is emphasis unless letters or digits stand on both sides (CommonMark 6.2). */
  #decideUnderscores(): void {
    const last = this.#pending.at(-1) ?? 0;
    if (last === UNDERSCORE && this.#pending.length < MAX_PENDING) return;
    const run = this.#pending.length - 1;
    const spans = this.#pendingSpans.slice();
    this.#cut(this.#pending.length);
    if (isWord(last) || last === UNDERSCORE) {
      for (let index = 0; index < run; index++) {
        this.#emit(UNDERSCORE, spans[index * 2] ?? 0, spans[index * 2 + 1] ?? 0);
      }
    } else this.changedEnd = spans[run * 2 - 1] ?? 0;
    this.#read(last, spans[run * 2] ?? 0, spans[run * 2 + 1] ?? 0);
  }

  #drop(count: number): void {
    this.changedEnd = this.#pendingSpans[count * 2 - 1] ?? 0;
    this.#again(this.#cut(count));
  }

  /** The first pending character stands for itself; the rest is read anew. */
  #giveUp(): void {
    const codePoint = this.#pending[0] ?? 0;
    const start = this.#pendingSpans[0] ?? 0;
    const end = this.#pendingSpans[1] ?? 0;
    const rest = this.#cut(1);
    this.#emit(codePoint, start, end);
    this.#again(rest);
  }

  /** Takes `count` characters out of the pending ones and returns the others as triples. */
  #cut(count: number): readonly number[] {
    const rest: number[] = [];
    for (let index = count; index < this.#pending.length; index++) {
      rest.push(
        this.#pending[index] ?? 0,
        this.#pendingSpans[index * 2] ?? 0,
        this.#pendingSpans[index * 2 + 1] ?? 0,
      );
    }
    this.#pending.length = 0;
    this.#pendingSpans.length = 0;
    return rest;
  }

  #again(rest: readonly number[]): void {
    for (let index = 0; index < rest.length; index += 3) {
      this.#read(rest[index] ?? 0, rest[index + 1] ?? 0, rest[index + 2] ?? 0);
    }
  }
}

function isWord(char: number): boolean {
  return (char >= 0x30 && char <= 0x39) || ((char | 0x20) >= 0x61 && (char | 0x20) <= 0x7a) || char > 0xbf;
}

/** Superscript digits and signs. */
function isRaised(char: number): boolean {
  return char === 0xb2 || char === 0xb3 || char === 0xb9 || (char >= 0x2070 && char <= 0x207f);
}

/** The reading of a whole text, `levels` times over: what a validator judges. */
export function plainReading(text: string, levels: number): string {
  let read = text;
  for (let level = 0; level < levels; level++) {
    const unescaper = new Unescaper(level === 0 ? "markup" : "escapes", -1);
    for (const char of read) unescaper.take(char.codePointAt(0) ?? 0, 0, 0);
    unescaper.finish();
    let result = "";
    for (let index = 0; index < unescaper.out.length; index += 3) {
      result += String.fromCodePoint(unescaper.out[index] ?? 0);
    }
    read = result;
  }
  return read;
}
