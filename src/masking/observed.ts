import type { Placement } from "./placement.js";
import type { Region } from "./region.js";
import type { MaskedRegion } from "./stream-masker.js";

interface Released {
  /** Regions of rules that only observe, by start; what is noted is taken out. */
  readonly observed: Region[];
  /** Position up to which input is out. */
  readonly until: number;
  readonly placement: Placement;
  readonly describe: (region: Region, at: { readonly start: number; readonly end: number }) => MaskedRegion;
}

/** Puts the observed regions whose text is out among those that were masked, in the order of the output. */
export function noteObserved(
  found: MaskedRegion[],
  { observed, until, placement, describe }: Released,
): void {
  let done = 0;
  for (const region of observed) {
    if (region.end > until) break;
    done++;
    const at = { start: placement.startOf(region.start), end: placement.endOf(region.end) };
    found.push({ ...describe(region, at), action: "observe" });
  }
  if (done === 0) return;
  observed.splice(0, done);
  found.sort((a, b) => a.start - b.start || a.inputStart - b.inputStart);
}
