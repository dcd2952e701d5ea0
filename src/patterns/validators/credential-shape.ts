import { entropyOf } from "../entropy.js";
import { isDigit, isLower, isUpper, runs } from "./characters.js";

/** What stands where a secret would in documentation and templates: a word for it, or a reference. */
const PLACEHOLDER_PARTS = [
  "your",
  "example",
  "placeholder",
  "changeme",
  "change_me",
  "change-me",
  "redacted",
  "replace",
  "insert",
  "dummy",
  "xxxx",
  "****",
  "....",
  "todo",
  "process.env",
  "os.environ",
  "getenv",
  "secrets.",
  "vault.",
  "env.",
  "config.",
  "<",
  "{{",
  "${",
  "$(",
  "%(",
] as const;

const PLACEHOLDER_WORDS: ReadonlySet<string> = new Set([
  "password",
  "passwd",
  "pass",
  "secret",
  "token",
  "string",
  "value",
  "required",
  "optional",
  "none",
  "null",
  "nil",
  "undefined",
  "true",
  "false",
  "test",
  "username",
  "user",
  "mypassword",
  "hidden",
  "username:password",
  "user:password",
  "changeit",
]);

/** Value beside a keyword that may be a secret: no placeholder, no reference to the real place. */
export function credentialValue(text: string): boolean {
  if (text.length < 4 || text.startsWith("$") || !hasDistinct(text, 4)) return false;
  return !isPlaceholder(text);
}

/** Value that holds a digit and a letter, so that it is neither a word nor a number. */
export function mixedToken(text: string): boolean {
  const { digits, upper, lower } = census(text);
  return text.length >= 6 && digits > 0 && upper + lower > 0 && credentialValue(text);
}

/** Unquoted value that no identifier, path or version would be: one long part of it changes between
 *  small letters, capitals and digits as chance does. */
export function randomToken(text: string): boolean {
  return mixedToken(text) && parts(text).some((part) => part.length >= 12 && looksRandom(part));
}

/** Quoted value beside a keyword: as `randomToken`, but a shorter part is enough. */
export function quotedSecret(text: string): boolean {
  return mixedToken(text) && parts(text).some((part) => part.length >= 7 && looksRandom(part));
}

const SEPARATORS: ReadonlySet<number> = new Set([..."-_./:="].map((char) => char.charCodeAt(0)));

function parts(text: string): readonly string[] {
  return runs(text, (code) => !SEPARATORS.has(code));
}

function looksRandom(part: string): boolean {
  const { digits, changes } = census(part);
  const share = changes / (part.length - 1);
  return (digits >= 2 && share >= 0.25) || (digits >= 1 && share >= 0.45);
}

/** Base64 of something: whole groups of four, and not a word. */
export function base64Payload(text: string): boolean {
  const { upper, lower, digits } = census(text);
  return text.length % 4 === 0 && upper > 0 && lower > 0 && (digits > 0 || text.endsWith("=") || upper > 1);
}

const FILLERS = "xX*01._-";

/** Anything but a placeholder, in which one of the signs for "whatever" takes half of the place. */
export function noFiller(text: string): boolean {
  let first = "";
  let count = 0;
  // What takes more than half of the place outlasts every other character in this tally (Boyer and Moore).
  for (const char of text) {
    if (count === 0) first = char;
    count += char === first ? 1 : -1;
  }
  if (!FILLERS.includes(first)) return true;
  let fillers = 0;
  for (const char of text) if (char === first) fillers++;
  return fillers <= text.length / 2;
}

/** Value after a vendor's name: no placeholder, with a digit unless it is long. */
export function vendorValue(text: string): boolean {
  if (!hasDistinct(text, 6) || isPlaceholder(text)) return false;
  const { digits } = census(text);
  return digits > 0 && entropyOf(text) >= 2.4;
}

/** Forty base-64 characters that are no path and no name: all three classes, no long word. */
export function randomBase64(text: string): boolean {
  const { digits, upper, lower, longestLower } = census(text);
  return digits >= 1 && upper >= 6 && lower >= 6 && longestLower <= 6;
}

/** User and password, joined by a colon: the password is there and is no template. */
export function credentialPair(text: string): boolean {
  const colon = text.indexOf(":");
  const user = text.slice(0, colon).toLowerCase();
  const password = text.slice(colon + 1);
  if (colon < 0 || password.length < 3 || isTemplate(user) || isTemplate(password)) return false;
  if (!hasDistinct(password, 3)) return false;
  const lower = password.toLowerCase();
  const generic = user === "username" && (lower === "password" || lower === "mypassword");
  return !generic && !["your", "replace", "insert", "change"].some((word) => lower.startsWith(word));
}

/** An address whose user information is a `credentialPair`. */
export function addressCredentials(text: string): boolean {
  const from = text.indexOf("://") + 3;
  return credentialPair(text.slice(from, text.lastIndexOf("@")));
}

function isTemplate(text: string): boolean {
  return [..."$<>{}"].some((sign) => text.includes(sign)) || (text.startsWith("%") && text.endsWith("%"));
}

function isPlaceholder(text: string): boolean {
  const lower = text.toLowerCase();
  return PLACEHOLDER_WORDS.has(lower) || PLACEHOLDER_PARTS.some((part) => lower.includes(part));
}

/** Whether the text has so many different characters. */
function hasDistinct(text: string, least: number): boolean {
  let seen = "";
  for (const char of text) {
    if (seen.includes(char)) continue;
    seen += char;
    if (seen.length >= least) return true;
  }
  return false;
}

interface Census {
  readonly digits: number;
  readonly upper: number;
  readonly lower: number;
  /** Longest run of lower-case letters. */
  readonly longestLower: number;
  /** How often small letters, capitals, digits and signs take turns. */
  readonly changes: number;
}

type CharKind = "digit" | "upper" | "lower" | "sign";

function kindOf(code: number): CharKind {
  if (isDigit(code)) return "digit";
  if (isUpper(code)) return "upper";
  return isLower(code) ? "lower" : "sign";
}

function census(text: string): Census {
  const counts = { digit: 0, upper: 0, lower: 0, sign: 0 };
  let run = 0;
  let longestLower = 0;
  let changes = 0;
  let previous: CharKind | null = null;
  for (let i = 0; i < text.length; i++) {
    const kind = kindOf(text.charCodeAt(i));
    counts[kind]++;
    run = kind === "lower" ? run + 1 : 0;
    longestLower = Math.max(longestLower, run);
    if (previous !== null && previous !== kind) changes++;
    previous = kind;
  }
  return { digits: counts.digit, upper: counts.upper, lower: counts.lower, longestLower, changes };
}
