import { FOLDS } from "./fold.js";

/** How much a reading takes off: `markup` drops emphasis and folds; `escapes` only decodes. */
export type ReadingKind = "markup" | "escapes";

const BACKSLASH = 0x5c;
const AMPERSAND = 0x26;
const PERCENT = 0x25;
const UNDERSCORE = 0x5f;
const TILDE = 0x7e;
const STAR = 0x2a;
const BACKTICK = 0x60;
const SEMICOLON = 0x3b;
const MAX_PENDING = 14;

/** Named character references for what patterns are written in (HTML Standard, section 13.5). */
const ENTITIES: ReadonlyMap<string, number> = new Map([
  ["amp", 0x26],
  ["lt", 0x3c],
  ["gt", 0x3e],
  ["quot", 0x22],
  ["apos", 0x27],
  ["nbsp", 0x20],
  ["commat", 0x40],
  ["period", 0x2e],
  ["colon", 0x3a],
  ["sol", 0x2f],
  ["bsol", 0x5c],
  ["lowbar", 0x5f],
  ["hyphen", 0x2d],
  ["dash", 0x2d],
  ["plus", 0x2b],
  ["equals", 0x3d],
  ["num", 0x23],
  ["percnt", 0x25],
  ["shy", 0xad],
  ["zwnj", 0x200c],
  ["zwj", 0x200d],
  ["ensp", 0x20],
  ["emsp", 0x20],
  ["thinsp", 0x20],
  ["ndash", 0x2d],
]);
const ENTITY_PREFIXES: ReadonlySet<string> = new Set(
  [...ENTITIES.keys()].flatMap((name) => Array.from(name, (_, index) => name.slice(0, index + 1))),
);

const CONTROL_ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x62, 0x20],
  [0x66, 0x20],
  [0x76, 0x20],
]);

/** What an undecided escape turned out to be: more input needed, nothing, or `codePoint` from `used` characters. */
type Verdict = "more" | "literal" | { readonly codePoint: number; readonly used: number };

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
    const verdict = this.#verdict();
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

  #verdict(): Verdict {
    switch (this.#pending[0]) {
      case BACKSLASH:
        return backslash(this.#pending);
      case AMPERSAND:
        return entity(this.#pending);
      default:
        return percent(this.#pending);
    }
  }
}

function backslash(chars: readonly number[]): Verdict {
  const kind = chars[1] ?? 0;
  if (kind === 0x75 && chars[2] === 0x7b) return bracedHex(chars);
  if (kind === 0x75) return fixedHex(chars, 2, 4);
  if (kind === 0x78) return fixedHex(chars, 2, 2);
  const control = CONTROL_ESCAPES.get(kind);
  if (control !== undefined) return { codePoint: control, used: 2 };
  return isPunctuation(kind) ? { codePoint: kind, used: 2 } : "literal";
}

function fixedHex(chars: readonly number[], from: number, count: number): Verdict {
  let value = 0;
  for (let index = from; index < from + count; index++) {
    const char = chars[index];
    if (char === undefined) return "more";
    const digit = hexValue(char);
    if (digit < 0) return "literal";
    value = value * 16 + digit;
  }
  return { codePoint: value, used: from + count };
}

function bracedHex(chars: readonly number[]): Verdict {
  let value = 0;
  for (let index = 3; index < chars.length; index++) {
    const char = chars[index] ?? 0;
    if (char === 0x7d)
      return index > 3 && value <= 0x10ffff ? { codePoint: value, used: index + 1 } : "literal";
    const digit = hexValue(char);
    if (digit < 0 || index > 8) return "literal";
    value = value * 16 + digit;
  }
  return "more";
}

/** Bytes of percent-encoding beyond ASCII are parts of characters that no pattern is written in. */
function percent(chars: readonly number[]): Verdict {
  const verdict = fixedHex(chars, 1, 2);
  return typeof verdict === "string" || verdict.codePoint < 0x80 ? verdict : "literal";
}

function entity(chars: readonly number[]): Verdict {
  if (chars[1] === 0x23) return numericReference(chars);
  const last = chars.at(-1) ?? 0;
  const name = String.fromCodePoint(...chars.slice(1));
  if (last !== SEMICOLON) return ENTITY_PREFIXES.has(name) ? "more" : "literal";
  const codePoint = ENTITIES.get(name.slice(0, -1));
  return codePoint === undefined ? "literal" : { codePoint, used: chars.length };
}

function numericReference(chars: readonly number[]): Verdict {
  const hex = chars[2] === 0x78 || chars[2] === 0x58;
  const from = hex ? 3 : 2;
  let value = 0;
  for (let index = from; index < chars.length; index++) {
    const char = chars[index] ?? 0;
    const digit = hex ? hexValue(char) : decimalValue(char);
    if (digit < 0) {
      if (index === from || value > 0x10ffff) return "literal";
      return { codePoint: value, used: char === SEMICOLON ? index + 1 : index };
    }
    value = value * (hex ? 16 : 10) + digit;
    if (value > 0x10ffff) return "literal";
  }
  return "more";
}

function hexValue(char: number): number {
  if (char >= 0x30 && char <= 0x39) return char - 0x30;
  const lower = char | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function decimalValue(char: number): number {
  return char >= 0x30 && char <= 0x39 ? char - 0x30 : -1;
}

function isWord(char: number): boolean {
  return (char >= 0x30 && char <= 0x39) || ((char | 0x20) >= 0x61 && (char | 0x20) <= 0x7a) || char > 0xbf;
}

/** Superscript digits and signs. */
function isRaised(char: number): boolean {
  return char === 0xb2 || char === 0xb3 || char === 0xb9 || (char >= 0x2070 && char <= 0x207f);
}

function isPunctuation(char: number): boolean {
  return (
    (char >= 0x21 && char <= 0x2f) ||
    (char >= 0x3a && char <= 0x40) ||
    (char >= 0x5b && char <= 0x60) ||
    (char >= 0x7b && char <= 0x7e)
  );
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
