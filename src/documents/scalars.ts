import type { DocumentNode } from "./document-node.js";
import { quote, suggest } from "./near-name.js";
import { INVALID, refuse, type Shape } from "./shape.js";

export interface TextOptions {
  /** What it is, for messages: `a group`. Default: `text`. */
  readonly what?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Characters beside letters and digits that a name may hold; default: anything may stand. */
  readonly nameWith?: string;
}

/** Text. A number or boolean is refused rather than turned into text: `no` may mean Norway. */
export function text(options: TextOptions = {}): Shape<string> {
  const { what = "text", minLength = 1, maxLength = 10_000, nameWith } = options;
  return {
    expects: what,
    read: (node) => {
      const value = node.scalar;
      if (typeof value !== "string") return refuseText(node, what);
      if (value.length < minLength) return refuse(node, `${what} that is not empty`);
      if (value.length > maxLength) {
        return fail(node, `${what} has ${value.length} characters, at most ${maxLength} are allowed`);
      }
      const odd = nameWith === undefined ? undefined : [...value].find((char) => !isNameChar(char, nameWith));
      if (odd === undefined) return value;
      return fail(
        node,
        `${quote(value)} holds ${quote(odd)}; ${what} has letters, digits and ${[...(nameWith ?? "")].join(" ")}`,
      );
    },
    schema: () => ({
      type: "string",
      minLength,
      maxLength,
      ...(nameWith === undefined ? {} : { pattern: `^[A-Za-z0-9${escapeClass(nameWith)}]*$` }),
    }),
  };
}

function refuseText(node: DocumentNode, what: string): typeof INVALID {
  const kind = node.kind;
  if (kind !== "number" && kind !== "boolean") return refuse(node, what);
  return fail(
    node,
    `expected ${what}, found the ${kind} ${node.written}; put it in quotes if it is meant as text`,
  );
}

/** A whole number within limits. */
export function integer(limits: { readonly min: number; readonly max: number }): Shape<number> {
  const expects = `a whole number from ${limits.min} to ${limits.max}`;
  return {
    expects,
    read: (node) => {
      const value = node.scalar;
      const fits = typeof value === "number" && Number.isSafeInteger(value);
      return fits && value >= limits.min && value <= limits.max ? value : refuse(node, expects);
    },
    schema: () => ({ type: "integer", minimum: limits.min, maximum: limits.max }),
  };
}

export function boolean(): Shape<boolean> {
  return {
    expects: "true or false",
    read: (node) => (typeof node.scalar === "boolean" ? node.scalar : refuse(node, "true or false")),
    schema: () => ({ type: "boolean" }),
  };
}

/** One of a closed set of words. */
export function choice<const T extends string>(...words: readonly T[]): Shape<T> {
  return {
    expects: words.length === 1 ? quote(words[0] ?? "") : `one of ${words.join(", ")}`,
    read: (node) => {
      const value = node.scalar;
      const word = words.find((each) => each === value);
      if (word !== undefined) return word;
      return fail(node, `${node.written} is not known; ${suggest(String(value ?? ""), words)}`);
    },
    schema: () => ({ enum: [...words] }),
  };
}

/** `true` and nothing else: for what must be spelled out. */
export function spelledOut(what: string): Shape<true> {
  return {
    expects: "true",
    read: (node) =>
      node.scalar === true ? true : fail(node, `${what}: only \`true\` may stand here, or leave it out`),
    schema: () => ({ const: true }),
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time with its unit (`500ms`, `30s`, `15m`, `2h`, `7d`), read as milliseconds. */
export function duration(limits: { readonly minMs: number; readonly maxMs: number }): Shape<number> {
  const expects = `a time from ${formatMs(limits.minMs)} to ${formatMs(limits.maxMs)} with its unit (ms, s, m, h, d)`;
  return {
    expects,
    read: (node) => {
      const ms = typeof node.scalar === "string" ? withUnit(node.scalar, UNIT_MS) : null;
      return ms !== null && ms >= limits.minMs && ms <= limits.maxMs ? ms : refuse(node, expects);
    },
    written: formatMs,
    schema: () => ({ type: "string", pattern: "^[0-9]+(ms|s|m|h|d)$", $comment: expects }),
  };
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1 << 20,
  GiB: 1 << 30,
  TiB: 2 ** 40,
};

/** A size with its unit (`64KiB`, `10MiB`), read as bytes. */
export function byteSize(limits: { readonly min: number; readonly max: number }): Shape<number> {
  const expects = `a size from ${formatBytes(limits.min)} to ${formatBytes(limits.max)} with its unit (B, KiB, MiB, GiB, TiB)`;
  return {
    expects,
    read: (node) => {
      const bytes = typeof node.scalar === "string" ? withUnit(node.scalar, UNIT_BYTES) : null;
      return bytes !== null && bytes >= limits.min && bytes <= limits.max ? bytes : refuse(node, expects);
    },
    written: formatBytes,
    schema: () => ({ type: "string", pattern: "^[0-9]+(B|KiB|MiB|GiB|TiB)$", $comment: expects }),
  };
}

/** Milliseconds in the largest unit that holds them exactly. */
export function formatMs(ms: number): string {
  return withLargestUnit(ms, UNIT_MS);
}

function formatBytes(bytes: number): string {
  return withLargestUnit(bytes, UNIT_BYTES);
}

function withLargestUnit(value: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([, size]) => value >= size && value % size === 0);
  const [unit, size] = fitting.at(-1) ?? Object.entries(units)[0] ?? ["", 1];
  return `${value / size}${unit}`;
}

function withUnit(written: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^([0-9]{1,12}) ?([A-Za-z]{1,3})$/.exec(written);
  const size = Object.hasOwn(units, match?.[2] ?? "") ? units[match?.[2] ?? ""] : undefined;
  return size === undefined ? null : Number(match?.[1]) * size;
}

/** The value must not stand here at all. */
export function fail(node: DocumentNode, message: string): typeof INVALID {
  node.report(message);
  return INVALID;
}

function isNameChar(char: string, also: string): boolean {
  return (
    (char >= "a" && char <= "z") ||
    (char >= "A" && char <= "Z") ||
    (char >= "0" && char <= "9") ||
    also.includes(char)
  );
}

function escapeClass(chars: string): string {
  return [...chars].map((char) => (/[\w/:@ ]/.test(char) ? char : `\\${char}`)).join("");
}
