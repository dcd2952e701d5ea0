/**
 * How a code point reads once disguise is taken off it: compatibility forms as NFKC gives them
 * (Unicode Standard Annex 15), digits of every script as ASCII digits, typographic dashes and
 * quotes as their ASCII counterparts, and default-ignorable code points (zero-width, soft hyphen,
 * variation selectors, bidi marks, tags; UAX 44) as nothing.
 */
export type FoldTable = ReadonlyMap<number, readonly number[]>;

const DASHES = [0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xfe58, 0xfe63, 0xff0d];
const SINGLE_QUOTES = [0x2018, 0x2019, 0x201a, 0x201b, 0x2032];
const DOUBLE_QUOTES = [0x201c, 0x201d, 0x201e, 0x201f, 0x2033];

/** Only these blocks hold code points that fold to something a pattern is written in. */
const BLOCKS = [
  [0xa0, 0x33ff],
  [0xa000, 0xabff],
  [0xf900, 0xffff],
  [0x1bc00, 0x1bcff],
  [0x1d100, 0x1d7ff],
  [0x1ee00, 0x1eeff],
  [0x1f100, 0x1f1ff],
  [0x1fbf0, 0x1fbff],
  [0xe0000, 0xe0fff],
] as const;

/** Folds into scripts beyond Latin change no match of a pattern, so they are left alone. */
const LAST_LATIN = 0x24f;

export const FOLDS: FoldTable = buildTable();

function buildTable(): FoldTable {
  const table = new Map<number, readonly number[]>();
  const ignorable = /^\p{Default_Ignorable_Code_Point}$/u;
  const digit = /^\p{Nd}$/u;
  for (const [low, high] of BLOCKS) {
    for (let codePoint = low; codePoint <= high; codePoint++) {
      const char = String.fromCodePoint(codePoint);
      const plain = char.normalize("NFKC");
      if (plain !== char && reachesLatin(plain)) table.set(codePoint, codePointsOf(plain));
      else if (ignorable.test(char)) table.set(codePoint, []);
      else if (digit.test(char)) table.set(codePoint, [0x30 + digitValue(codePoint, digit)]);
    }
  }
  table.set(0xad, []);
  for (const dash of DASHES) table.set(dash, [0x2d]);
  for (const quote of SINGLE_QUOTES) table.set(quote, [0x27]);
  for (const quote of DOUBLE_QUOTES) table.set(quote, [0x22]);
  return table;
}

function codePointsOf(text: string): readonly number[] {
  return Array.from(text, (char) => char.codePointAt(0) ?? 0);
}

function reachesLatin(text: string): boolean {
  return codePointsOf(text).some((codePoint) => codePoint <= LAST_LATIN);
}

/** Decimal digits stand in runs of ten from zero (The Unicode Standard, section 4.6). */
function digitValue(codePoint: number, digit: RegExp): number {
  let length = 0;
  while (digit.test(String.fromCodePoint(codePoint - length - 1))) length++;
  return length % 10;
}
