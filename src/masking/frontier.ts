import type { Region } from "./region.js";

/** What was found in the text that is not out yet: disjoint regions in order of their starts. */
interface Found {
  readonly masked: readonly Region[];
  readonly observed: readonly Region[];
}

interface Progress {
  /** First position that a candidate may still come to cover. */
  readonly live: number;
  /** An observed region so long is released in parts. */
  readonly longest: number;
}

/**
 * How far a stream may be released: up to `live`, over what is covered by a region that comes out before
 * it has ended, and short of a region that may still grow. Lies in no region but those that are out in
 * part already, and never further than `longest` before `live`. At the start of a region that cuts
 * the stream it stops.
 */
export function frontierOf(found: Found, at: Progress): number {
  const limit = observedLimit(found, at);
  for (const region of found.masked) {
    if (region.start > limit) break;
    if (region.cut) return region.start;
    if (region.end > limit) return comesEarly(region, at.live) ? region.end : region.start;
  }
  return limit;
}

/** Whether a region must not come out yet, since it may still grow. */
export function waits(region: Region, live: number): boolean {
  return region.end > live && !region.cut && !comesEarly(region, live);
}

/** What still lives before the sticky span could become an earlier one, with another label. */
function comesEarly(region: Region, live: number): boolean {
  return region.sticky !== null && region.sticky.start <= live;
}

/** What is observed is not torn, so that its finding says where it stands, unless masking decides so. */
function observedLimit(found: Found, { live, longest }: Progress): number {
  for (const region of found.observed) {
    if (region.start >= live) break;
    if (region.end > live && region.end - region.start < longest) return tornAt(region, found.masked, live);
  }
  return live;
}

/**
 * A placeholder is not held for a finding that begins under it; nor one that comes out before its end
 * for any, since it may live on for as long as the stream.
 */
function tornAt(observed: Region, masked: readonly Region[], live: number): number {
  let limit = observed.start;
  for (const region of masked) {
    if (region.start >= observed.end) break;
    const isDecided = region.end <= live || comesEarly(region, live);
    const goesFirst = region.start <= observed.start || region.sticky !== null || region.cut;
    if (isDecided && goesFirst) limit = Math.max(limit, region.end);
  }
  return Math.min(limit, live);
}
