/**
 * One layer of base64 or hex. The encodings of printable ASCII are a regular language, so a run of
 * them is found by ordinary patterns; whether it hides something is then judged by decoding it and
 * scanning the result. Longer runs than these bounds are not looked into.
 */
export interface EncodedForm {
  readonly id: "encoded/base64" | "encoded/hex";
  readonly pattern: string;
  decode(run: string): string;
}

const LEAST_QUADS = 2;
const MOST_QUADS = 96;
const LEAST_BYTES = 6;
const MOST_BYTES = 192;

const BASE64_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Class of the characters whose six bits pass; both alphabets of RFC 4648. */
function sixBits(passes: (bits: number) => boolean): string {
  const chars = Array.from(BASE64_CHARS).filter((_, bits) => passes(bits));
  const safe = chars.flatMap((char) => (char === "+" ? ["+", "\\-"] : char === "/" ? ["\\/", "_"] : [char]));
  return `[${safe.join("")}]`;
}

/** High bits of tab, line feed and carriage return, or of a printable byte. */
const FIRST = sixBits((bits) => bits === 2 || bits === 3 || (bits >= 8 && bits < 32));
const SECOND = sixBits((bits) => (bits & 8) === 0 && (bits & 15) !== 1);
const THIRD = sixBits((bits) => (bits & 2) === 0);
const FOURTH = sixBits(() => true);

const BASE64: EncodedForm = {
  id: "encoded/base64",
  pattern:
    `(?<![A-Za-z0-9+\\/_\\-])(?:${FIRST}${SECOND}${THIRD}${FOURTH}){${LEAST_QUADS},${MOST_QUADS}}` +
    `(?:${FIRST}${SECOND}(?:==)?|${FIRST}${SECOND}${THIRD}=?)?(?![A-Za-z0-9+\\/_\\-=])`,
  decode: (run) => Buffer.from(run, "base64").toString("latin1"),
};

const HEX: EncodedForm = {
  id: "encoded/hex",
  pattern: `(?<![0-9A-Za-z])(?:0[xX])?(?:[2-7][0-9a-fA-F]|0[9aAdD]){${LEAST_BYTES},${MOST_BYTES}}(?![0-9A-Za-z])`,
  decode: (run) => Buffer.from(run.replace(/^0x/i, ""), "hex").toString("latin1"),
};

export const ENCODED_FORMS: readonly EncodedForm[] = [BASE64, HEX];
