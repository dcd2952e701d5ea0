import type { RuleSet } from "../patterns/rule-set.js";

/** A span that a detector accepted. Positions are UTF-16 units of the source. */
export interface FoundSpan {
  readonly start: number;
  readonly end: number;
  readonly rule: number;
  /** The span goes on for as long as its candidate lives: a block, or one over the length limit. */
  readonly sticky: boolean;
}

/** Overlapping spans, merged. What is masked is `[start, end)`. */
export interface Region {
  readonly start: number;
  end: number;
  /** The span that gives the label. */
  label: FoundSpan;
  /** The first sticky span, by start, then by when it was found; it gives the label if there is one. */
  sticky: FoundSpan | null;
  /** Rule whose operator is the strictest. */
  strictest: number;
  /** Whether any rule in it ends the stream. */
  cut: boolean;
  /** Whether its placeholder is out already: only a sticky region comes out before it has ended. */
  opened: boolean;
}

/** How the rules of a plan compare. */
export interface RuleOrder {
  readonly rules: RuleSet;
  /** A region that overlapping spans have made so long comes out before it has ended. */
  readonly longest: number;
  /** Rank of the operator of each rule; the higher is the stricter. */
  readonly strictness: Int32Array;
  readonly cuts: Uint8Array;
}

/** Adds a span to a list of disjoint regions in order of their starts, merging what overlaps. */
export function addSpan(regions: Region[], span: FoundSpan, order: RuleOrder): void {
  let last = regions.length;
  while (last > 0 && (regions[last - 1]?.start ?? 0) >= span.end) last--;
  let first = last;
  while (first > 0 && (regions[first - 1]?.end ?? 0) > span.start) first--;
  let merged: Region = {
    start: span.start,
    end: span.end,
    label: span,
    sticky: span.sticky ? span : null,
    strictest: span.rule,
    cut: order.cuts[span.rule] === 1,
    opened: false,
  };
  for (let index = first; index < last; index++) {
    const region = regions[index];
    if (region !== undefined) merged = mergeRegions(region, merged, order);
  }
  if (merged.sticky === null && merged.end - merged.start >= order.longest) {
    merged.sticky = { start: merged.start, end: merged.end, rule: merged.label.rule, sticky: true };
  }
  regions.splice(first, last - first, merged);
}

function mergeRegions(old: Region, added: Region, order: RuleOrder): Region {
  return {
    start: Math.min(old.start, added.start),
    end: Math.max(old.end, added.end),
    label: betterLabel(old.label, added.label, order.rules),
    sticky: firstSticky(old.sticky, added.sticky, order.rules),
    strictest: stricter(old.strictest, added.strictest, order),
    cut: old.cut || added.cut,
    opened: old.opened || added.opened,
  };
}

/** The more specific, then the longer, then the earlier, then the first by id. */
function betterLabel(a: FoundSpan, b: FoundSpan, rules: RuleSet): FoundSpan {
  const specificity = rules.specificity(b.rule) - rules.specificity(a.rule);
  if (specificity !== 0) return specificity > 0 ? b : a;
  const length = b.end - b.start - (a.end - a.start);
  if (length !== 0) return length > 0 ? b : a;
  if (a.start !== b.start) return a.start < b.start ? a : b;
  return rules.compare(a.rule, b.rule) <= 0 ? a : b;
}

/** The earlier, then the one found at an earlier moment, then the more specific. */
function firstSticky(a: FoundSpan | null, b: FoundSpan | null, rules: RuleSet): FoundSpan | null {
  if (a === null || b === null) return a ?? b;
  if (a.start !== b.start) return a.start < b.start ? a : b;
  if (a.end !== b.end) return a.end < b.end ? a : b;
  return rules.compare(a.rule, b.rule) <= 0 ? a : b;
}

function stricter(a: number, b: number, order: RuleOrder): number {
  const difference = (order.strictness[b] ?? 0) - (order.strictness[a] ?? 0);
  if (difference !== 0) return difference > 0 ? b : a;
  return order.rules.compare(a, b) <= 0 ? a : b;
}
