import { SluiceError } from "../domain/errors.js";

export interface ScanLimits {
  readonly depth: number;
  readonly values: number;
}

/** What may come next. */
type Expecting = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const MAX_KEY_SHOWN = 60;

/**
 * Checks a JSON text against RFC 8259 in one pass without recursion, in slices, and refuses what
 * `JSON.parse` would accept in silence: duplicate keys, `__proto__`, numbers beyond a double.
 */
export class JsonScanner {
  readonly #text: string;
  readonly #limits: ScanLimits;
  /** Keys seen in each open object; null for a list. */
  readonly #open: (Set<string> | null)[] = [];
  #at = 0;
  #values = 0;
  #expecting: Expecting = "value";
  /** The string that a slice ended in; -1 outside of strings. */
  #stringStart = -1;
  #escaped = false;
  #isKey = false;

  constructor(text: string, limits: ScanLimits) {
    this.#text = text;
    this.#limits = limits;
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
        this.#expecting = this.#open.at(-1) === null ? "value" : "key";
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
  }

  #keyEnds(literal: string): void {
    const key: unknown = this.#escaped ? JSON.parse(literal) : literal.slice(1, -1);
    if (typeof key !== "string") return;
    const seen = this.#open.at(-1);
    const shown = JSON.stringify(key.length > MAX_KEY_SHOWN ? `${key.slice(0, MAX_KEY_SHOWN)}...` : key);
    if (key === "__proto__") throw this.#error(`the key ${shown} is not allowed`, key);
    if (seen?.has(key)) throw this.#error(`the key ${shown} stands twice in one object; send it once`, key);
    seen?.add(key);
    this.#expecting = "colon";
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
      this.#open.push(code === 0x7b ? new Set() : null);
      this.#at++;
      this.#expecting = code === 0x7b ? "key-or-end" : "value-or-end";
      return;
    }
    if (code === 0x22) {
      this.#openString(false);
      return;
    }
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) this.#number();
    else this.#literal();
    this.#expecting = this.#open.length === 0 ? "nothing" : "comma-or-end";
  }

  #close(code: number): void {
    const open = this.#open.at(-1);
    const closes = open === null ? 0x5d : 0x7d;
    if (open === undefined || code !== closes) throw this.#error("a comma or a closing bracket is missing");
    this.#open.pop();
    this.#at++;
    this.#expecting = this.#open.length === 0 ? "nothing" : "comma-or-end";
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
  }

  #closeString(): void {
    const start = this.#stringStart;
    this.#stringStart = -1;
    const end = this.#at + 1;
    if (this.#isKey) {
      this.#at = start;
      this.#keyEnds(this.#text.slice(start, end));
    } else {
      this.#expecting = this.#open.length === 0 ? "nothing" : "comma-or-end";
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

  #number(): void {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text)?.[0];
    if (found === undefined) throw this.#error("a number is not valid");
    if (!Number.isFinite(Number(found))) throw this.#error("a number is too large");
    this.#at += found.length;
  }

  #literal(): void {
    for (const word of ["true", "false", "null"]) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return;
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
    const before = this.#text.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n");
    const place = `line ${line}, column ${column}`;
    return new SluiceError(
      "invalid_request",
      `The body is not valid JSON at ${place}: ${what}.`,
      field === undefined ? {} : { field: field.slice(0, MAX_KEY_SHOWN) },
    );
  }
}
