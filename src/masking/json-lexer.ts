/**
 * `mark`: punctuation, white space, quotes and the words true, false, null; `string`: what stands
 * between two quotes; `number`; `raw`: everything from the first character on that is no JSON.
 */
export type JsonPieceKind = "mark" | "string" | "number" | "raw";

export interface JsonPiece {
  kind: JsonPieceKind;
  start: number;
  /** -1 while it may still grow. */
  end: number;
}

/** An escape sequence inside a string, which must not be cut. `end` is -1 while it is incomplete. */
export interface JsonEscape {
  start: number;
  end: number;
}

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
/** A longer number is no number that any reader keeps. */
const MAX_NUMBER_CHARS = 512;
/** Deeper nesting is treated as malformed; JSON.parse itself gives up not far beyond. */
const MAX_DEPTH = 4096;
const WORDS: ReadonlyMap<string, string> = new Map([
  ["t", "true"],
  ["f", "false"],
  ["n", "null"],
]);

/** Tells the pieces of one JSON text apart while it streams (RFC 8259). */
export class JsonLexer {
  readonly pieces: JsonPiece[] = [];
  readonly escapes: JsonEscape[] = [];
  #mode: Mode = "value";
  #isKey = false;
  /** Open containers, `{` or `[`. */
  readonly #stack: string[] = [];
  #token = "";
  #digits = 0;
  #position = 0;

  get isRaw(): boolean {
    return this.#mode === "raw";
  }

  /** Ends the token that the text ended in. */
  end(): void {
    if (this.#mode === "number") this.#endNumber();
    const last = this.pieces.at(-1);
    if (last !== undefined && last.end < 0) last.end = this.#position;
    const sequence = this.escapes.at(-1);
    if (sequence !== undefined && sequence.end < 0) sequence.end = this.#position;
  }

  read(text: string): void {
    for (let index = 0; index < text.length; index++) {
      this.#take(text.charAt(index));
      this.#position++;
    }
  }

  /** Forgets what lies before `position`. */
  drop(position: number): void {
    let done = 0;
    while (done < this.pieces.length && isOver(this.pieces[done], position)) done++;
    if (done > 0) this.pieces.splice(0, done);
    done = 0;
    while (done < this.escapes.length && isOver(this.escapes[done], position)) done++;
    if (done > 0) this.escapes.splice(0, done);
  }

  rebase(by: number): void {
    this.#position -= by;
    for (const each of [...this.pieces, ...this.escapes]) {
      each.start -= by;
      if (each.end >= 0) each.end -= by;
    }
  }

  #take(char: string): void {
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
        if (NUMBER_CHARS.test(char) && this.#token.length < MAX_NUMBER_CHARS) this.#token += char;
        else if (this.#endNumber()) this.#take(char);
        else this.#grow("raw");
        return;
      case "word":
        this.#takeInWord(char);
        return;
      case "raw":
        this.#grow("raw");
        return;
      default:
        this.#takeBetween(char);
    }
  }

  /** Punctuation, or the first character of a value. */
  #takeBetween(char: string): void {
    if (char === " " || char === "\n" || char === "\t" || char === "\r") {
      this.#grow("mark");
      return;
    }
    const mode = this.#mode;
    if (char === '"' && mode !== "colon" && mode !== "after" && mode !== "done") this.#openString();
    else if (char === ":" && mode === "colon") this.#mark("value");
    else if (char === "," && mode === "after") this.#mark(this.#stack.at(-1) === "{" ? "key" : "value");
    else if (char === "}" && (mode === "after" || mode === "keyOrClose")) this.#close("{");
    else if (char === "]" && (mode === "after" || mode === "valueOrClose")) this.#close("[");
    else if (mode === "value" || mode === "valueOrClose") this.#beginValue(char);
    else this.#spoil(this.#position);
  }

  #beginValue(char: string): void {
    const word = WORDS.get(char);
    if (char === "{" || char === "[") {
      if (this.#stack.length >= MAX_DEPTH) this.#spoil(this.#position);
      else {
        this.#stack.push(char);
        this.#mark(char === "{" ? "keyOrClose" : "valueOrClose");
      }
    } else if (char === "-" || (char >= "0" && char <= "9")) {
      this.#seal();
      this.pieces.push({ kind: "number", start: this.#position, end: -1 });
      this.#token = char;
      this.#mode = "number";
    } else if (word !== undefined) {
      this.#mark("word");
      this.#token = word.slice(1);
    } else this.#spoil(this.#position);
  }

  #close(open: "{" | "["): void {
    if (this.#stack.at(-1) !== open) {
      this.#spoil(this.#position);
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
    this.#seal(this.#position + 1);
    this.pieces.push({ kind: "string", start: this.#position + 1, end: -1 });
  }

  #takeInString(char: string): void {
    if (char === '"') {
      this.#seal();
      this.#mark(this.#isKey ? "colon" : this.#afterValue());
    } else if (char === "\\") {
      const last = this.escapes.at(-1);
      const joins = last !== undefined && last.end === this.#position && isHighSurrogate(this.#token);
      if (joins) last.end = -1;
      else this.escapes.push({ start: this.#position, end: -1 });
      this.#mode = "escape";
    } else if (char < " ") this.#spoil(this.#position);
  }

  #takeEscape(char: string): void {
    this.#token = "";
    if (char === "u") {
      this.#digits = 4;
      this.#mode = "unicode";
    } else if ('"\\/bfnrt'.includes(char)) this.#endEscape();
    else this.#spoil(this.#position);
  }

  #takeHexDigit(char: string): void {
    if (!/[0-9a-fA-F]/.test(char)) {
      this.#spoil(this.#position);
      return;
    }
    this.#token += char;
    if (--this.#digits === 0) this.#endEscape();
  }

  #endEscape(): void {
    const sequence = this.escapes.at(-1);
    if (sequence !== undefined) sequence.end = this.#position + 1;
    this.#mode = "string";
  }

  #takeInWord(char: string): void {
    if (!this.#token.startsWith(char)) {
      this.#spoil(this.#position);
      return;
    }
    this.#token = this.#token.slice(1);
    this.#mark(this.#token === "" ? this.#afterValue() : "word");
  }

  /** Whether the number that ends here was one. */
  #endNumber(): boolean {
    const piece = this.pieces.at(-1);
    if (!NUMBER.test(this.#token) || piece === undefined) {
      this.#spoil(piece?.start ?? this.#position);
      return false;
    }
    piece.end = this.#position;
    this.#mode = this.#afterValue();
    return true;
  }

  #mark(next: Mode): void {
    this.#grow("mark");
    this.#mode = next;
  }

  #grow(kind: JsonPieceKind): void {
    const last = this.pieces.at(-1);
    if (last !== undefined && last.kind === kind && last.end < 0) return;
    this.#seal();
    this.pieces.push({ kind, start: this.#position, end: -1 });
  }

  #seal(end = this.#position): void {
    const last = this.pieces.at(-1);
    if (last !== undefined && last.end < 0) last.end = end;
  }

  /** From `start` on the text is no JSON. */
  #spoil(start: number): void {
    const sequence = this.escapes.at(-1);
    if (sequence !== undefined && sequence.end < 0) this.escapes.pop();
    const last = this.pieces.at(-1);
    if (last !== undefined && last.start >= start) this.pieces.pop();
    this.#seal(start);
    this.pieces.push({ kind: "raw", start, end: -1 });
    this.#mode = "raw";
  }
}

function isOver(each: { readonly end: number } | undefined, position: number): boolean {
  return each !== undefined && each.end >= 0 && each.end <= position;
}

function isHighSurrogate(hex: string): boolean {
  return /^[dD][89abAB][0-9a-fA-F]{2}$/.test(hex);
}
