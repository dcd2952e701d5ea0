import { SluiceError } from "../domain/errors.js";
import type { JsonValue } from "../domain/json.js";
import { textPlace } from "./text-place.js";

export interface ScanLimits {
  readonly depth: number;
  readonly values: number;
  /** Most keys of one object. */
  readonly keys: number;
}

/** A list or an object that is not closed yet. */
type Open =
  | { readonly list: JsonValue[]; readonly object: null }
  | { readonly list: null; readonly object: Record<string, JsonValue>; keys: number; key: string };

/** What may come next. */
type Expecting = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS = [
  ["true", true],
  ["false", false],
  ["null", null],
] as const;
const MAX_KEY_SHOWN = 60;

/**
 * Reads a JSON text by RFC 8259 in one pass without recursion, in slices, and refuses what `JSON.parse`
 * would accept in silence: duplicate keys, `__proto__`, numbers beyond a double. It gives the value that
 * `JSON.parse` gives, which for a large text would be one long step.
 */
export class JsonScanner {
  readonly #text: string;
  readonly #limits: ScanLimits;
  readonly #open: Open[] = [];
  #root: JsonValue = null;
  #at = 0;
  #values = 0;
  #expecting: Expecting = "value";
  /** The string that a slice ended in; -1 outside of strings. */
  #stringStart = -1;
  /** What slices before have read of that string, and where the next piece of it begins. */
  #pieces: string[] = [];
  #pieceStart = -1;
  #escaped = false;
  #isKey = false;

  constructor(text: string, limits: ScanLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  /** What the text says, once it was read to its end. */
  get value(): JsonValue {
    return this.#root;
  }

  /** Reads on for about `characters`; true when the whole text was read and is valid. */
  scan(characters: number): boolean {
    const until = this.#at + characters;
    while (this.#at < until) {
      if (this.#stringStart >= 0) {
        this.#string(until);
        continue;
      }
      this.#skipSpace(until);
      if (this.#at >= until && until < this.#text.length) return false;
      if (this.#at >= this.#text.length) {
        if (this.#expecting !== "nothing") throw this.#error("it ends too early");
        return true;
      }
      this.#step(this.#text.charCodeAt(this.#at));
    }
    return false;
  }

  #step(code: number): void {
    switch (this.#expecting) {
      case "nothing":
        throw this.#error("something follows the end of the object");
      case "colon":
        if (code !== 0x3a) throw this.#error("a colon is missing after a key");
        this.#at++;
        this.#expecting = "value";
        return;
      case "comma-or-end":
        if (code !== 0x2c) {
          this.#close(code);
          return;
        }
        this.#at++;
        this.#expecting = this.#open.at(-1)?.object === null ? "value" : "key";
        return;
      case "key-or-end":
        if (code === 0x7d) {
          this.#close(code);
          return;
        }
        this.#key(code);
        return;
      case "key":
        this.#key(code);
        return;
      case "value-or-end":
        if (code === 0x5d) {
          this.#close(code);
          return;
        }
        this.#value(code);
        return;
      case "value":
        this.#value(code);
        return;
      default:
        this.#expecting satisfies never;
    }
  }

  #key(code: number): void {
    if (code !== 0x22) throw this.#error("a key in double quotes is missing");
    this.#openString(true);
  }

  /** Strings may be longer than a slice, so they are read in pieces too. */
  #openString(isKey: boolean): void {
    this.#stringStart = this.#at;
    this.#escaped = false;
    this.#isKey = isKey;
    this.#at++;
    this.#pieceStart = this.#at;
  }

  #keyEnds(key: string): void {
    const open = this.#open.at(-1);
    if (open === undefined || open.object === null) return;
    const shown = JSON.stringify(key.length > MAX_KEY_SHOWN ? `${key.slice(0, MAX_KEY_SHOWN)}...` : key);
    if (key === "__proto__") throw this.#error(`the key ${shown} is not allowed`, key);
    if (Object.hasOwn(open.object, key))
      throw this.#error(`the key ${shown} stands twice in one object; send it once`, key);
    if (++open.keys > this.#limits.keys) {
      throw new SluiceError(
        "too_large",
        `An object of the body holds more than ${this.#limits.keys} keys; send less.`,
      );
    }
    open.key = key;
    this.#expecting = "colon";
  }

  /** Puts a value in its place. */
  #put(value: JsonValue): void {
    const open = this.#open.at(-1);
    if (open === undefined) this.#root = value;
    else if (open.object === null) open.list.push(value);
    else open.object[open.key] = value;
  }

  #afterValue(): void {
    this.#expecting = this.#open.length === 0 ? "nothing" : "comma-or-end";
  }

  #value(code: number): void {
    if (++this.#values > this.#limits.values) {
      throw new SluiceError(
        "too_large",
        `The body holds more than ${this.#limits.values} values; send less.`,
      );
    }
    if (code === 0x7b || code === 0x5b) {
      if (this.#open.length >= this.#limits.depth) {
        throw new SluiceError("too_large", `The body nests deeper than ${this.#limits.depth} levels.`);
      }
      const open: Open =
        code === 0x7b ? { list: null, object: {}, keys: 0, key: "" } : { list: [], object: null };
      this.#put(open.object ?? open.list);
      this.#open.push(open);
      this.#at++;
      this.#expecting = code === 0x7b ? "key-or-end" : "value-or-end";
      return;
    }
    if (code === 0x22) {
      this.#openString(false);
      return;
    }
    this.#put(code === 0x2d || (code >= 0x30 && code <= 0x39) ? this.#number() : this.#literal());
    this.#afterValue();
  }

  #close(code: number): void {
    const open = this.#open.at(-1);
    const closes = open?.object === null ? 0x5d : 0x7d;
    if (open === undefined || code !== closes) throw this.#error("a comma or a closing bracket is missing");
    this.#open.pop();
    this.#at++;
    this.#afterValue();
  }

  /** Reads on in a string up to its end or that of the slice. */
  #string(until: number): void {
    const text = this.#text;
    let at = this.#at;
    while (at < until) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at;
        this.#closeString();
        return;
      }
      if (Number.isNaN(code)) throw this.#errorAt(this.#stringStart, "a string is not closed");
      if (code < 0x20) throw this.#errorAt(at, "a control character stands in a string; escape it");
      if (code === 0x5c) {
        this.#escaped = true;
        at = this.#escape(at);
      } else {
        at++;
      }
    }
    this.#at = at;
    this.#takePiece(at);
  }

  /** A piece ends outside of escapes; a surrogate pair that two escapes make may be cut, and joins again. */
  #takePiece(end: number): void {
    const raw = this.#text.slice(this.#pieceStart, end);
    const piece: unknown = this.#escaped ? JSON.parse(`"${raw}"`) : raw;
    if (typeof piece === "string") this.#pieces.push(piece);
    this.#pieceStart = end;
    this.#escaped = false;
  }

  #closeString(): void {
    const start = this.#stringStart;
    const end = this.#at + 1;
    this.#takePiece(this.#at);
    const [only = ""] = this.#pieces;
    const text = this.#pieces.length === 1 ? only : this.#pieces.join("");
    this.#pieces = [];
    this.#stringStart = -1;
    if (this.#isKey) {
      this.#at = start;
      this.#keyEnds(text);
    } else {
      this.#put(text);
      this.#afterValue();
    }
    this.#at = end;
  }

  #escape(at: number): number {
    const letter = this.#text[at + 1] ?? "";
    if (letter === "u") {
      if (!/^[0-9a-fA-F]{4}$/.test(this.#text.slice(at + 2, at + 6))) {
        throw this.#errorAt(at, "an escape is not valid");
      }
      return at + 6;
    }
    if (letter === "" || !'"\\/bfnrt'.includes(letter)) throw this.#errorAt(at, "an escape is not valid");
    return at + 2;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text)?.[0];
    if (found === undefined) throw this.#error("a number is not valid");
    const value = Number(found);
    if (!Number.isFinite(value)) throw this.#error("a number is too large");
    this.#at += found.length;
    return value;
  }

  #literal(): boolean | null {
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    throw this.#error("a value is missing or not valid");
  }

  #skipSpace(until: number): void {
    while (this.#at < until) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #error(what: string, field?: string): SluiceError {
    return this.#errorAt(this.#at, what, field);
  }

  #errorAt(at: number, what: string, field?: string): SluiceError {
    const { line, column } = textPlace(this.#text, at);
    const place = `line ${line}, column ${column}`;
    return new SluiceError(
      "invalid_request",
      `The body is not valid JSON at ${place}: ${what}.`,
      field === undefined ? {} : { field: field.slice(0, MAX_KEY_SHOWN) },
    );
  }
}
