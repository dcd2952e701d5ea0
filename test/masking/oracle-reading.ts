import { Unescaper } from "../../src/patterns/unescaper.js";

/** One character of a reading, and the source `[start, end)` that it stands for. */
export interface Char {
  readonly codePoint: number;
  readonly start: number;
  readonly end: number;
  /** How much of the source must be known before the symbol is. */
  readonly known: number;
}

/** What is known once `known` units of the source are. */
export interface Moment {
  readonly known: number;
  /** Source that was read: half a pair at the end is not. */
  readonly position: number;
  /** Number of symbols of each level. */
  readonly counts: readonly number[];
  /** Start of the first escape that is not decided yet; infinity for none. */
  readonly pending: number;
}

export interface Readings {
  /** The text as it stands, then read once, twice and three times over. */
  readonly levels: readonly (readonly Char[])[];
  /** In the order of the source, from nothing known on. */
  readonly moments: readonly Moment[];
}

export const LEVELS = 3;

/** @param ended whether the text is whole, so that what is undecided at its end stands for itself. */
export function readingsOf(text: string, ended: boolean): Readings {
  const levels: Char[][] = Array.from({ length: LEVELS + 1 }, () => []);
  const unescapers = levels.slice(1).map((_, index) => new Unescaper(index === 0 ? "markup" : "escapes", -1));
  let known = 0;
  const pass = (level: number, from: Omit<Char, "known">): void => {
    levels[level]?.push({ ...from, known });
    unescapers[level]?.take(from.codePoint, from.start, from.end);
    drain(level + 1);
  };
  const drain = (level: number): void => {
    const out = unescapers[level - 1]?.out.splice(0) ?? [];
    for (let index = 0; index < out.length; index += 3) {
      const [codePoint = 0, start = 0, end = 0] = out.slice(index, index + 3);
      pass(level, { codePoint, start, end });
    }
  };
  const eachLevel = (act: (unescaper: Unescaper) => void): void => {
    for (const [index, unescaper] of unescapers.entries()) {
      act(unescaper);
      drain(index + 1);
    }
  };
  const momentAt = (position: number): Moment => ({
    known,
    position,
    counts: levels.map((symbols) => symbols.length),
    pending: Math.min(...unescapers.map(({ pendingStart }) => (pendingStart < 0 ? Infinity : pendingStart))),
  });
  const moments = [momentAt(0)];
  for (let at = 0; at < text.length; ) {
    const start = at;
    const codePoint = text.codePointAt(at) ?? 0;
    at += codePoint > 0xffff ? 2 : 1;
    // Half a pair may become a whole one until the next unit has come.
    const half = codePoint >= 0xd800 && codePoint <= 0xdbff;
    if (half && at === text.length && !ended) break;
    known = half ? at + 1 : at;
    pass(0, { codePoint, start, end: at });
    eachLevel((unescaper) => unescaper.expire(at));
    moments.push(momentAt(at));
  }
  if (ended) eachLevel((unescaper) => unescaper.finish());
  return { levels, moments };
}
