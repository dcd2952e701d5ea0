import { bothCases, bothCasesOfRange, literal, member, posixMembers } from "./foreign-class.js";

/** `go`: RE2 as Go's regexp/syntax reads it. `python`: the `re` and `regex` modules. */
export type ForeignDialect = "go" | "python";

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

export interface ForeignOptions {
  readonly dialect: ForeignDialect;
  /** Number of the group that stays a capture; 0: none. */
  readonly keepGroup: number;
  /** Flags given beside the pattern: letters of `(?ims)`. */
  readonly flags?: string;
}

/** What a pattern says that no automaton does, in words for a user. */
export class UntranslatablePattern extends Error {
  override readonly name = "UntranslatablePattern";
}

const DEEPEST = 100;

/**
 * Rewrites a pattern of another engine in ECMAScript syntax without flags: case-insensitive parts become
 * classes, `.`, `^` and `$` say what their flags make of them, and all groups but one lose their number.
 * @throws UntranslatablePattern for what has no equivalent.
 */
export function translatePattern(pattern: string, options: ForeignOptions): string {
  const given = options.flags ?? "";
  const flags = {
    ignoreCase: given.includes("i"),
    multiline: given.includes("m"),
    dotAll: given.includes("s"),
  };
  return new ForeignReader(pattern, options).whole(flags);
}

class ForeignReader {
  readonly #text: string;
  readonly #dialect: ForeignDialect;
  readonly #keepGroup: number;
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(text: string, options: ForeignOptions) {
    this.#text = text;
    this.#dialect = options.dialect;
    this.#keepGroup = options.keepGroup;
  }

  whole(flags: Flags): string {
    const result = this.#alternatives(flags);
    if (this.#at < this.#text.length) throw this.#fail("has a closing parenthesis without an opening one");
    return result;
  }

  #fail(reason: string): UntranslatablePattern {
    return new UntranslatablePattern(`the pattern ${reason} (at character ${this.#at + 1})`);
  }

  #peek(ahead = 0): string {
    return this.#text.charAt(this.#at + ahead);
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Reads up to the end of the group; `(?i)` in its middle holds for the rest of it. */
  #alternatives(outer: Flags): string {
    if (++this.#depth > DEEPEST) throw this.#fail(`is nested more than ${DEEPEST} groups deep`);
    let flags = outer;
    let result = "";
    while (this.#at < this.#text.length && this.#peek() !== ")") {
      if (this.#take("|")) {
        result += "|";
        continue;
      }
      const changed = this.#inlineFlags(flags);
      if (changed !== null) {
        flags = changed;
        continue;
      }
      result += this.#atom(flags) + this.#quantifier();
    }
    this.#depth--;
    return result;
  }

  #inlineFlags(flags: Flags): Flags | null {
    const match = /^\(\?([imsUuxLa]*)(?:-([imsUx]+))?\)/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (match === null) return null;
    this.#at += match[0].length;
    return this.#withFlags(flags, match[1] ?? "", match[2] ?? "");
  }

  #withFlags(flags: Flags, on: string, off: string): Flags {
    if (on.includes("x")) throw this.#fail("uses the verbose flag x; write it without");
    const value = (letter: string, before: boolean): boolean =>
      (on.includes(letter) || before) && !off.includes(letter);
    return {
      ignoreCase: value("i", flags.ignoreCase),
      multiline: value("m", flags.multiline),
      dotAll: value("s", flags.dotAll),
    };
  }

  #atom(flags: Flags): string {
    const char = this.#peek();
    switch (char) {
      case "(":
        return this.#group(flags);
      case "[":
        return this.#class(flags);
      case ".":
        this.#at++;
        return flags.dotAll ? "[\\s\\S]" : "[^\\n]";
      case "^":
        this.#at++;
        return flags.multiline ? "(?<=^|\\n)" : "^";
      case "$":
        this.#at++;
        return flags.multiline || this.#dialect === "python" ? "(?=$|\\n)" : "$";
      case "\\":
        return this.#escape(flags);
      case "*":
      case "+":
      case "?":
        throw this.#fail("has a repeat of nothing");
      default:
        return this.#character(flags);
    }
  }

  #character(flags: Flags): string {
    const codePoint = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += codePoint > 0xffff ? 2 : 1;
    return cased(codePoint, flags);
  }

  #group(flags: Flags): string {
    this.#at++;
    const open = this.#opening(flags);
    const body = this.#alternatives(open.flags);
    if (!this.#take(")")) throw this.#fail("has an opening parenthesis without a closing one");
    return open.comment ? "(?:)" : `${open.text}${body})`;
  }

  #opening(flags: Flags): { readonly text: string; readonly flags: Flags; readonly comment?: boolean } {
    for (const look of ["?=", "?!", "?<=", "?<!"]) {
      if (this.#take(look)) return { text: `(${look}`, flags };
    }
    if (this.#take("?#")) {
      this.#at = Math.max(this.#at, this.#text.indexOf(")", this.#at));
      return { text: "", flags, comment: true };
    }
    // An atomic group matches less than a plain one, never more.
    if (this.#take("?>") || this.#take("?:")) return { text: "(?:", flags };
    if (/^\?(?:P=|P>|&|\(|R|\d)/.test(this.#text.slice(this.#at, this.#at + 4))) {
      throw this.#fail("refers back to a group or calls one; write the alternatives out");
    }
    const named = /^\?P?<[^>=!]{1,64}>/.exec(this.#text.slice(this.#at, this.#at + 70));
    if (named !== null) this.#at += named[0].length;
    else if (this.#peek() === "?") return { text: "(?:", flags: this.#scopedFlags(flags) };
    this.#groups++;
    return { text: this.#groups === this.#keepGroup ? "(" : "(?:", flags };
  }

  #scopedFlags(flags: Flags): Flags {
    const match = /^\?([imsUxua]*)(?:-([imsUx]+))?:/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (match === null) throw this.#fail("has a group of a kind that is not known");
    this.#at += match[0].length;
    return this.#withFlags(flags, match[1] ?? "", match[2] ?? "");
  }

  #quantifier(): string {
    const match = /^(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\}|\{,\d{1,4}\})/.exec(
      this.#text.slice(this.#at, this.#at + 14),
    );
    if (match === null) return "";
    this.#at += match[0].length;
    // Lazy and possessive repeats find the same set of spans, or fewer; all spans count here.
    if (this.#peek() === "?" || this.#peek() === "+") this.#at++;
    return match[0].startsWith("{,") ? match[0].replace("{,", "{0,") : match[0];
  }

  #escape(flags: Flags): string {
    const next = this.#peek(1);
    if (/[dDwWsSbB]/.test(next)) {
      this.#at += 2;
      return `\\${next}`;
    }
    if (next === "A") return this.#anchor("^");
    if (next === "z") return this.#anchor("$");
    if (next === "Z") return this.#anchor("$");
    if (next === "Q") return this.#quoted(flags);
    if (next === "p" || next === "P") return this.#property();
    if (/[1-9]/.test(next)) throw this.#fail("refers back to a group; a stream cannot decide that");
    return cased(this.#escapedCharacter(), flags);
  }

  #anchor(text: string): string {
    this.#at += 2;
    return text;
  }

  #quoted(flags: Flags): string {
    const end = this.#text.indexOf("\\E", this.#at + 2);
    const body = this.#text.slice(this.#at + 2, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 2;
    return [...body].map((char) => cased(char.codePointAt(0) ?? 0, flags)).join("");
  }

  #property(): string {
    const match = /^\\[pP](?:\{\^?[A-Za-z_=]{1,40}\}|[A-Z])/.exec(this.#text.slice(this.#at, this.#at + 48));
    if (match === null) throw this.#fail("has a Unicode property that is not known");
    this.#at += match[0].length;
    return match[0].includes("{") ? match[0] : `${match[0].slice(0, 2)}{${match[0].slice(2)}}`;
  }

  /** Code point of an escape that stands for one character; moves past it. */
  #escapedCharacter(): number {
    const rest = this.#text.slice(this.#at, this.#at + 14);
    const hex = /^\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/.exec(
      rest,
    );
    if (hex !== null) {
      this.#at += hex[0].length;
      return Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? hex[4] ?? "0", 16);
    }
    const octal = /^\\0[0-7]{0,2}/.exec(rest);
    if (octal !== null) {
      this.#at += octal[0].length;
      return Number.parseInt(octal[0].slice(1), 8);
    }
    const next = this.#text.codePointAt(this.#at + 1);
    if (next === undefined) throw this.#fail("ends in a backslash");
    this.#at += next > 0xffff ? 3 : 2;
    const control: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
    const char = String.fromCodePoint(next);
    const known = control[char];
    if (known !== undefined) return known;
    if (/[A-Za-z]/.test(char)) throw this.#fail(`has the escape \\${char}, which is not known`);
    return next;
  }

  #class(flags: Flags): string {
    this.#at++;
    let members = "";
    const negated = this.#take("^");
    let first = true;
    while (first || this.#peek() !== "]") {
      if (this.#at >= this.#text.length) throw this.#fail("has a [ without a ]");
      members += this.#classMember(flags);
      first = false;
    }
    this.#at++;
    return `[${negated ? "^" : ""}${members}]`;
  }

  #classMember(flags: Flags): string {
    const posix = /^\[:(\^?)([a-z]{4,6}):\]/.exec(this.#text.slice(this.#at, this.#at + 12));
    if (posix !== null) return this.#posix(posix, flags);
    if (this.#peek() === "\\" && /[dDwWsS]/.test(this.#peek(1))) {
      this.#at += 2;
      return this.#text.slice(this.#at - 2, this.#at);
    }
    if (this.#peek() === "\\" && /[pP]/.test(this.#peek(1))) return this.#property();
    const from = this.#classCharacter();
    const isRange = this.#peek() === "-" && this.#peek(1) !== "]" && this.#peek(1) !== "";
    if (!isRange || /^-\\[dDwWsSpP]/.test(this.#text.slice(this.#at, this.#at + 3))) {
      return flags.ignoreCase ? bothCases(from) : member(from);
    }
    this.#at++;
    const to = this.#classCharacter();
    if (to < from) throw this.#fail("has a range that runs backwards");
    return flags.ignoreCase ? bothCasesOfRange(from, to) : `${member(from)}-${member(to)}`;
  }

  #posix(match: RegExpExecArray, flags: Flags): string {
    const name = match[2] ?? "";
    const members = posixMembers(name);
    if (members === undefined || match[1] !== "")
      throw this.#fail(`has the class ${match[0]}, which is not known`);
    this.#at += match[0].length;
    return flags.ignoreCase && (name === "lower" || name === "upper") ? "A-Za-z" : members;
  }

  #classCharacter(): number {
    if (this.#peek() === "\\") return this.#peek(1) === "b" ? this.#backspace() : this.#escapedCharacter();
    const codePoint = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  #backspace(): number {
    this.#at += 2;
    return 8;
  }
}

function cased(codePoint: number, flags: Flags): string {
  if (!flags.ignoreCase) return literal(codePoint);
  const members = bothCases(codePoint);
  return members === member(codePoint) ? literal(codePoint) : `[${members}]`;
}
