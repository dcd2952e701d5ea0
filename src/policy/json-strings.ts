import { PAUSE, type Pause, type Steps } from "../domain/pace.js";

/** One string, key or number of a JSON text, decoded, and where it stood in the text. */
export interface JsonString {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/** Characters of one string between two pauses. */
const CHARS_A_STEP = 8192;

/**
 * The strings of a JSON text, keys too, with their escapes undone, and its numbers. A tolerant lexer:
 * it finds what a lenient parser would find in malformed text as well, in one pass and without
 * recursion, so that nesting and size cost nothing but their length. Pauses come often.
 */
export function* jsonStrings(json: string): Generator<JsonString | Pause> {
  let at = 0;
  while (at < json.length) {
    if (at % 64 === 0) yield PAUSE;
    const char = json[at];
    if (char === '"') {
      const found = yield* readString(json, at);
      yield found;
      at = found.end;
    } else if (isNumberStart(char)) {
      const end = numberEnd(json, at);
      yield { text: json.slice(at, end), start: at, end };
      at = end;
    } else {
      at++;
    }
  }
}

function* readString(json: string, start: number): Steps<JsonString> {
  const parts: string[] = [];
  let at = start + 1;
  let plainFrom = at;
  let pauseAt = at + CHARS_A_STEP;
  while (at < json.length && json[at] !== '"') {
    if (at >= pauseAt) {
      yield PAUSE;
      pauseAt = at + CHARS_A_STEP;
    }
    if (json[at] !== "\\") {
      at++;
      continue;
    }
    parts.push(json.slice(plainFrom, at));
    const escaped = readEscape(json, at);
    parts.push(escaped.text);
    at = escaped.end;
    plainFrom = at;
  }
  parts.push(json.slice(plainFrom, at));
  return { text: parts.join(""), start, end: Math.min(json.length, at + 1) };
}

function readEscape(json: string, at: number): { readonly text: string; readonly end: number } {
  const letter = json[at + 1] ?? "";
  if (letter !== "u") return { text: ESCAPES[letter] ?? letter, end: Math.min(json.length, at + 2) };
  const digits = json.slice(at + 2, at + 6);
  const code = digits.length === 4 && [...digits].every(isHexDigit) ? Number.parseInt(digits, 16) : null;
  return code === null ? { text: letter, end: at + 2 } : { text: String.fromCharCode(code), end: at + 6 };
}

function isHexDigit(char: string): boolean {
  return (char >= "0" && char <= "9") || (char >= "a" && char <= "f") || (char >= "A" && char <= "F");
}

function isNumberStart(char: string | undefined): boolean {
  return char !== undefined && (char === "-" || (char >= "0" && char <= "9"));
}

function numberEnd(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && "0123456789.eE+-".includes(json[at] ?? "x")) at++;
  return at;
}
