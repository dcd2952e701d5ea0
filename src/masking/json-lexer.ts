import { type JsonEscape, JsonPieces } from "./json-pieces.js";

type Mode =
  | "value"
  | "valueOrClose"
  | "key"
  | "keyOrClose"
  | "colon"
  | "after"
  | "string"
  | "escape"
  | "unicode"
  | "number"
  | "word"
  | "done"
  | "raw";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NUMBER_CHARS = /[0-9+\-.eE]/;
/** A longer number, as the source writes it, is no number that any reader keeps. */
const MAX_NUMBER_CHARS = 512;
/** Deeper nesting is treated as malformed; JSON.parse itself gives up not far beyond. */
const MAX_DEPTH = 4096;
const WORDS: ReadonlyMap<string, string> = new Map([
  ["t", "true"],
  ["f", "false"],
  ["n", "null"],
]);

/** Strings inside strings are told apart so deep; the readings of the finder go as deep. */
const MAX_STRINGS = 3;
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * Tells the pieces of one JSON text apart while it streams (RFC 8259). A string that holds an object
 * or an array is told apart in turn: its pieces stand in place of the string, one deeper.
 */
export class JsonLexer {
  /** What was told apart so far, of this document and of those inside it. */
  readonly found: JsonPieces;
  readonly #depth: number;
  #mode: Mode = "value";
  #isKey = false;
  /** Open containers, `{` or `[`. */
  readonly #stack: string[] = [];
  #token = "";
  #tokenStart = 0;
  #digits = 0;
  /** Where the character that is being taken stands. */
  #start = 0;
  #end = 0;
  /** The latest escape sequence of this depth, and the start of its last backslash. */
  #sequence: JsonEscape | null = null;
  #escapeStart = 0;
  /** The document in the string that is open; `none` once the string is seen to hold no document. */
  #inner: JsonLexer | "none" | null = null;

  constructor(outer: JsonLexer | null = null) {
    this.#depth = outer === null ? 0 : outer.#depth + 1;
    this.found = outer?.found ?? new JsonPieces();
  }

  /** Ends the token that the text ended in. */
  end(): void {
    this.#finish(this.#end);
    this.found.seal(this.#end);
  }

  #finish(end: number): void {
    if (this.#inner instanceof JsonLexer) this.#inner.#finish(end);
    this.#inner = null;
    this.#start = end;
    if (this.#mode === "number") this.#endNumber();
    if (this.#sequence !== null && this.#sequence.end < 0) this.#sequence.end = end;
  }

  read(text: string): void {
    for (let index = 0; index < text.length; index++) {
      const start = this.#end;
      this.#take(text.charAt(index), start, start + 1);
    }
  }

  rebase(by: number): void {
    this.found.rebase(by);
    this.#moveDown(by);
  }

  #moveDown(by: number): void {
    this.#start -= by;
    this.#end -= by;
    this.#escapeStart -= by;
    this.#tokenStart -= by;
    if (this.#inner instanceof JsonLexer) this.#inner.#moveDown(by);
  }

  #take(char: string, start: number, end: number): void {
    this.#start = start;
    this.#end = end;
    this.#read(char);
  }

  #read(char: string): void {
    switch (this.#mode) {
      case "string":
        this.#takeInString(char);
        return;
      case "escape":
        this.#takeEscape(char);
        return;
      case "unicode":
        this.#takeHexDigit(char);
        return;
      case "number":
        if (NUMBER_CHARS.test(char) && this.#end - this.#tokenStart <= MAX_NUMBER_CHARS) this.#token += char;
        else if (this.#endNumber()) this.#read(char);
        else this.found.grow("raw", this.#depth, this.#start);
        return;
      case "word":
        this.#takeInWord(char);
        return;
      case "raw":
        this.found.grow("raw", this.#depth, this.#start);
        return;
      default:
        this.#takeBetween(char);
    }
  }

  /** Punctuation, or the first character of a value. */
  #takeBetween(char: string): void {
    if (isBlank(char)) {
      this.found.grow("mark", this.#depth, this.#start);
      return;
    }
    const mode = this.#mode;
    if (char === '"' && mode !== "colon" && mode !== "after" && mode !== "done") this.#openString();
    else if (char === ":" && mode === "colon") this.#mark("value");
    else if (char === "," && mode === "after") this.#mark(this.#stack.at(-1) === "{" ? "key" : "value");
    else if (char === "}" && (mode === "after" || mode === "keyOrClose")) this.#close("{");
    else if (char === "]" && (mode === "after" || mode === "valueOrClose")) this.#close("[");
    else if (mode === "value" || mode === "valueOrClose") this.#beginValue(char);
    else this.#spoil(this.#start);
  }

  #beginValue(char: string): void {
    const word = WORDS.get(char);
    if (char === "{" || char === "[") {
      if (this.#stack.length >= MAX_DEPTH) this.#spoil(this.#start);
      else {
        this.#stack.push(char);
        this.#mark(char === "{" ? "keyOrClose" : "valueOrClose");
      }
    } else if (char === "-" || (char >= "0" && char <= "9")) {
      this.found.begin("number", this.#depth, this.#start);
      this.#token = char;
      this.#tokenStart = this.#start;
      this.#mode = "number";
    } else if (word !== undefined) {
      this.#mark("word");
      this.#token = word.slice(1);
    } else this.#spoil(this.#start);
  }

  #close(open: "{" | "["): void {
    if (this.#stack.at(-1) !== open) {
      this.#spoil(this.#start);
      return;
    }
    this.#stack.pop();
    this.#mark(this.#afterValue());
  }

  #afterValue(): Mode {
    return this.#stack.length === 0 ? "done" : "after";
  }

  #openString(): void {
    this.#isKey = this.#mode === "key" || this.#mode === "keyOrClose";
    this.#mark("string");
    this.found.begin("string", this.#depth, this.#end);
    this.#inner = this.#depth < MAX_STRINGS ? null : "none";
  }

  #takeInString(char: string): void {
    if (char === '"') {
      if (this.#inner instanceof JsonLexer) this.#inner.#finish(this.#start);
      this.#inner = null;
      this.found.seal(this.#start);
      this.#mark(this.#isKey ? "colon" : this.#afterValue());
    } else if (char === "\\") this.#openEscape();
    else if (char < " ") this.#spoil(this.#start);
    else this.#content(char, this.#start, this.#end);
  }

  /** One character of the value of a string; it may begin, or continue, a document. */
  #content(char: string, start: number, end: number): void {
    if (this.#inner === "none") return;
    if (this.#inner === null) {
      if (isBlank(char)) return;
      if (char !== "{" && char !== "[") {
        this.#inner = "none";
        return;
      }
      this.#inner = new JsonLexer(this);
    }
    this.#inner.#take(char, start, end);
  }

  #openEscape(): void {
    const last = this.#sequence;
    const joins = last !== null && last.end === this.#start && isHighSurrogate(this.#token);
    if (joins && this.found.escapes.includes(last)) last.end = -1;
    else {
      this.#sequence = { start: this.#start, end: -1 };
      this.found.escapes.push(this.#sequence);
    }
    this.#escapeStart = this.#start;
    this.#mode = "escape";
  }

  #takeEscape(char: string): void {
    this.#token = "";
    const value = ESCAPED.get(char);
    if (char === "u") {
      this.#digits = 4;
      this.#mode = "unicode";
    } else if (value !== undefined) this.#endEscape(value);
    else this.#spoil(this.#escapeStart);
  }

  #takeHexDigit(char: string): void {
    if (!/[0-9a-fA-F]/.test(char)) {
      this.#spoil(this.#escapeStart);
      return;
    }
    this.#token += char;
    if (--this.#digits === 0) this.#endEscape(String.fromCharCode(Number.parseInt(this.#token, 16)));
  }

  #endEscape(value: string): void {
    const sequence = this.#sequence;
    if (sequence !== null && sequence.start < this.#escapeStart && !isLowSurrogate(value)) {
      // The half before stays alone: a row of first halves is no sequence without end.
      sequence.end = this.#escapeStart;
      this.#sequence = { start: this.#escapeStart, end: this.#end };
      this.found.escapes.push(this.#sequence);
    } else if (sequence !== null) sequence.end = this.#end;
    this.#mode = "string";
    this.#content(value, this.#escapeStart, this.#end);
  }

  #takeInWord(char: string): void {
    if (!this.#token.startsWith(char)) {
      this.#spoil(this.#start);
      return;
    }
    this.#token = this.#token.slice(1);
    this.#mark(this.#token === "" ? this.#afterValue() : "word");
  }

  /** Whether the number that ends here was one. */
  #endNumber(): boolean {
    const piece = this.found.pieces.at(-1);
    if (!NUMBER.test(this.#token) || piece === undefined) {
      this.#spoil(piece?.start ?? this.#start);
      return false;
    }
    piece.end = this.#start;
    this.#mode = this.#afterValue();
    return true;
  }

  #mark(next: Mode): void {
    this.found.grow("mark", this.#depth, this.#start);
    this.#mode = next;
  }

  /** From `start` on the text is no JSON. */
  #spoil(start: number): void {
    if (this.#inner instanceof JsonLexer) this.#inner.#finish(start);
    this.#inner = null;
    const sequence = this.#sequence;
    if (sequence !== null && sequence.end < 0) sequence.end = start;
    this.found.takeBack(start);
    this.found.begin("raw", this.#depth, start);
    this.#mode = "raw";
  }
}

function isBlank(char: string): boolean {
  return char === " " || char === "\n" || char === "\t" || char === "\r";
}

function isHighSurrogate(hex: string): boolean {
  return /^[dD][89abAB][0-9a-fA-F]{2}$/.test(hex);
}

function isLowSurrogate(char: string): boolean {
  return char >= "\udc00" && char <= "\udfff";
}
