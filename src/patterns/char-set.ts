/** Sets of code points as sorted, disjoint, inclusive ranges. */
export type Range = readonly [low: number, high: number];
export type CharSet = readonly Range[];

export const LAST_CODE_POINT = 0x10ffff;

export const DIGITS: CharSet = [[0x30, 0x39]];
export const WORD_CHARS: CharSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
/** White space and line terminators as ECMA-262 `\s` lists them. */
export const SPACES: CharSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
export const LINE_ENDS: CharSet = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
export const ANY: CharSet = [[0, LAST_CODE_POINT]];

/** Sorts and joins ranges that overlap or touch. */
export function unite(...sets: readonly CharSet[]): CharSet {
  const sorted = sets.flat().sort((a, b) => a[0] - b[0]);
  const united: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = united.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else united.push([low, high]);
  }
  return united;
}

export function complement(set: CharSet): CharSet {
  const rest: Range[] = [];
  let next = 0;
  for (const [low, high] of unite(set)) {
    if (low > next) rest.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= LAST_CODE_POINT) rest.push([next, LAST_CODE_POINT]);
  return rest;
}

export function contains(set: CharSet, codePoint: number): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = set[middle];
    if (range === undefined) return false;
    if (codePoint < range[0]) high = middle - 1;
    else if (codePoint > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

export function intersects(a: CharSet, b: CharSet): boolean {
  return a.some(([low, high]) => b.some((range) => range[0] <= high && low <= range[1]));
}

export function sizeOf(set: CharSet): number {
  return set.reduce((sum, [low, high]) => sum + high - low + 1, 0);
}

/** Ranges wider than this hold every case pair of their scripts anyway, so only ASCII is closed. */
const WIDE = 4096;

/** Adds the other case of every member (ECMA-262 `Canonicalize` for single code points). */
export function closeOverCase(set: CharSet): CharSet {
  const added: Range[] = [];
  const add = (codePoint: number): void => {
    const char = String.fromCodePoint(codePoint);
    for (const other of [char.toLowerCase(), char.toUpperCase()]) {
      const value = other.codePointAt(0);
      if (value === undefined || value === codePoint) continue;
      if (other.length === String.fromCodePoint(value).length) added.push([value, value]);
    }
  };
  for (const [low, high] of set) {
    const last = high - low > WIDE ? Math.min(high, 0x24f) : high;
    for (let codePoint = low; codePoint <= last; codePoint++) add(codePoint);
  }
  return unite(set, added);
}
