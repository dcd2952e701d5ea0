/** Escape sequences of JSON, JavaScript, HTML and URLs, decided character by character. */
export const BACKSLASH = 0x5c;
export const AMPERSAND = 0x26;
export const PERCENT = 0x25;
const SEMICOLON = 0x3b;

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

/** Decides over characters of which the first is a backslash, an ampersand or a percent sign. */
export function verdictOn(chars: readonly number[]): Verdict {
  switch (chars[0]) {
    case BACKSLASH:
      return backslash(chars);
    case AMPERSAND:
      return entity(chars);
    default:
      return percent(chars);
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

function isPunctuation(char: number): boolean {
  return (
    (char >= 0x21 && char <= 0x2f) ||
    (char >= 0x3a && char <= 0x40) ||
    (char >= 0x5b && char <= 0x60) ||
    (char >= 0x7b && char <= 0x7e)
  );
}
