import { InvalidArgumentError } from "commander";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const LENGTH = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

/** Reads a length of time with its unit, `250ms`, `30s`, `2h`, as milliseconds. */
export function parseLength(written: string): number {
  const [, count, unit] = LENGTH.exec(written) ?? [];
  const factor = UNIT_MS[unit ?? ""];
  if (count !== undefined && factor !== undefined) return Math.round(Number(count) * factor);
  throw new InvalidArgumentError("Give a time with its unit (ms, s, m, h, d), for example 30s.");
}

const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Reads a moment, `2026-01-31`, `2026-01-31T08:00:00Z`, or a length of time before `nowMs`, as RFC 3339. */
export function parseMoment(written: string, nowMs: number): string {
  if (LENGTH.test(written)) return new Date(nowMs - parseLength(written)).toISOString();
  const atMs = MOMENT.test(written) ? Date.parse(written) : Number.NaN;
  if (!Number.isNaN(atMs)) return new Date(atMs).toISOString();
  throw new InvalidArgumentError("Give a moment (2026-01-31T08:00:00Z) or how long ago it was (2h).");
}

/** Reads a whole number. */
export function parseCount(least: number, most: number): (written: string) => number {
  return (written) => {
    const count = /^\d{1,10}$/.test(written) ? Number(written) : Number.NaN;
    if (count >= least && count <= most) return count;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}
