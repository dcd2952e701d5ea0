import { entropyOf } from "../entropy.js";

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
  if (text.length < 4 || isPlaceholder(text)) return false;
  return new Set(text).size > 3;
}

/** Value that holds a digit and a letter, so that it is neither a word nor a number. */
export function mixedToken(text: string): boolean {
  const { digits, upper, lower } = census(text);
  return text.length >= 6 && digits > 0 && upper + lower > 0 && credentialValue(text);
}

/** Unquoted value that no identifier, path or version would be: digits between letters, high entropy. */
export function randomToken(text: string): boolean {
  if (!mixedToken(text)) return false;
  const { digits, longestLower } = census(text);
  return (digits >= 3 || longestLower <= 4) && longestLower <= 7 && !/\.[a-z]{2,}\(?$/.test(text.slice(-8));
}

/** Value after a vendor's name: no placeholder, with a digit unless it is long. */
export function vendorValue(text: string): boolean {
  if (isPlaceholder(text) || new Set(text).size < 6) return false;
  const { digits } = census(text);
  return digits > 0 && entropyOf(text) >= 2.4;
}

/** Forty base-64 characters that are no path and no name: all three classes, no long word. */
export function randomBase64(text: string): boolean {
  const { digits, upper, lower, longestLower } = census(text);
  return digits >= 1 && upper >= 6 && lower >= 6 && longestLower <= 6 && !isPlaceholder(text);
}

/** User and password of an address: the password is there and is no template. */
export function credentialPair(text: string): boolean {
  const colon = text.indexOf(":");
  const user = text.slice(0, colon).toLowerCase();
  const password = text.slice(colon + 1);
  if (colon < 0 || password.length < 3 || isTemplate(user) || isTemplate(password)) return false;
  if (new Set(password).size < 3) return false;
  const generic = user === "username" && /^(?:my)?password$/i.test(password);
  return !generic && !/^(?:your|replace|insert|change)/i.test(password);
}

function isTemplate(text: string): boolean {
  return /[$<>{}]|^%.*%$/.test(text);
}

function isPlaceholder(text: string): boolean {
  const lower = text.toLowerCase();
  return PLACEHOLDER_WORDS.has(lower) || PLACEHOLDER_PARTS.some((part) => lower.includes(part));
}

interface Census {
  readonly digits: number;
  readonly upper: number;
  readonly lower: number;
  /** Longest run of lower-case letters. */
  readonly longestLower: number;
}

function census(text: string): Census {
  let digits = 0;
  let upper = 0;
  let lower = 0;
  let run = 0;
  let longestLower = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isLower = code >= 97 && code <= 122;
    if (code >= 48 && code <= 57) digits++;
    else if (code >= 65 && code <= 90) upper++;
    else if (isLower) lower++;
    run = isLower ? run + 1 : 0;
    if (run > longestLower) longestLower = run;
  }
  return { digits, upper, lower, longestLower };
}
