import type { RateStanding } from "../domain/rate-standing.js";

/** Headers by which a caller sees how near its rates are; of several rates in one unit the nearest counts. */
export type RateHeaders = (
  standings: readonly RateStanding[],
  /** Wall clock, milliseconds since the epoch. */
  nowMs: number,
) => Readonly<Record<string, string>>;

/** `x-ratelimit-remaining-requests` and the like; the reset is a span, for example `6m0s` or `250ms`.
 *  @see https://platform.openai.com/docs/guides/rate-limits */
export const openaiRateHeaders: RateHeaders = (standings) =>
  headersOf(standings, ({ unit, limit, remaining, resetMs }) => ({
    [`x-ratelimit-limit-${unit}`]: String(limit),
    [`x-ratelimit-remaining-${unit}`]: String(remaining),
    [`x-ratelimit-reset-${unit}`]: spanOf(resetMs),
  }));

/** `anthropic-ratelimit-requests-remaining` and the like; the reset is a moment (RFC 3339).
 *  @see https://platform.claude.com/docs/en/api/rate-limits */
export const anthropicRateHeaders: RateHeaders = (standings, nowMs) =>
  headersOf(standings, ({ unit, limit, remaining, resetMs }) => ({
    [`anthropic-ratelimit-${unit}-limit`]: String(limit),
    [`anthropic-ratelimit-${unit}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${unit}-reset`]: new Date(nowMs + Math.ceil(resetMs)).toISOString(),
  }));

/** Every name that either writes, for pages of other origins. */
export const RATE_HEADERS: readonly string[] = (["requests", "tokens"] as const).flatMap((unit) => {
  const standings = [{ unit, limit: 0, remaining: 0, resetMs: 0 }];
  return [openaiRateHeaders, anthropicRateHeaders].flatMap((write) => Object.keys(write(standings, 0)));
});

function headersOf(
  standings: readonly RateStanding[],
  write: (nearest: RateStanding) => Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const nearest = new Map<RateStanding["unit"], RateStanding>();
  for (const standing of standings) {
    const before = nearest.get(standing.unit);
    if (before === undefined || standing.remaining < before.remaining) nearest.set(standing.unit, standing);
  }
  return Object.assign({}, ...[...nearest.values()].map(write));
}

function spanOf(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const from = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(from)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");
}
