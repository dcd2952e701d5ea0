/** POSIX classes of RE2, as members of an ECMAScript class (https://github.com/google/re2/wiki/Syntax). */
const POSIX: ReadonlyMap<string, string> = new Map([
  ["alnum", "0-9A-Za-z"],
  ["alpha", "A-Za-z"],
  ["ascii", "\\x00-\\x7f"],
  ["blank", "\\t "],
  ["cntrl", "\\x00-\\x1f\\x7f"],
  ["digit", "0-9"],
  ["graph", "!-~"],
  ["lower", "a-z"],
  ["print", " -~"],
  ["punct", "!-\\/:-@\\[-`{-~"],
  ["space", "\\t\\n\\v\\f\\r "],
  ["upper", "A-Z"],
  ["word", "0-9A-Za-z_"],
  ["xdigit", "0-9A-Fa-f"],
]);

/** Members of `[:name:]`; undefined for a name that RE2 does not know. */
export function posixMembers(name: string): string | undefined {
  return POSIX.get(name);
}

/** A character as it stands in an ECMAScript pattern, outside a class. */
export function literal(codePoint: number): string {
  const char = String.fromCodePoint(codePoint);
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${codePoint.toString(16).padStart(2, "0")}`;
  return /[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** A character as it stands inside a class. */
export function member(codePoint: number): string {
  return codePoint === 0x2d ? "\\-" : literal(codePoint);
}

/** The character in both cases, as members of a class. */
export function bothCases(codePoint: number): string {
  const char = String.fromCodePoint(codePoint);
  const forms = [...new Set([char, char.toLowerCase(), char.toUpperCase()])].filter(
    (form) => [...form].length === 1,
  );
  return forms.map((form) => member(form.codePointAt(0) ?? codePoint)).join("");
}

/** The range, and where it crosses letters the same letters in the other case, as members of a class. */
export function bothCasesOfRange(from: number, to: number): string {
  let members = `${member(from)}-${member(to)}`;
  for (const [first, last, shift] of [
    [65, 90, 32],
    [97, 122, -32],
  ] as const) {
    const low = Math.max(from, first);
    const high = Math.min(to, last);
    if (low <= high) members += `${member(low + shift)}-${member(high + shift)}`;
  }
  return members;
}
