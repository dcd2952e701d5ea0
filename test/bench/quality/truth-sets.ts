import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TruthRow, TruthSpan } from "./truth-row.js";

interface RawSpan {
  readonly start: number;
  readonly end: number;
  readonly entity: string;
  readonly structured?: boolean;
  readonly doubt?: string;
}

/** A row as the files state it; every field is asked for before it is used. */
interface RawRow {
  readonly id: string;
  readonly text: string;
  readonly entity?: string;
  readonly rule?: string;
  readonly kind?: string;
  readonly expectedCount?: number;
  readonly shouldMatch?: boolean;
  readonly origin?: string;
  readonly spans?: readonly (RawSpan | readonly [number, number])[];
  readonly mustFind?: readonly string[];
  readonly kinds?: readonly string[];
  readonly flags?: readonly string[];
}

/** Flags that say that patterns, or any product but the source, need not agree. */
const DOUBTS: ReadonlySet<string> = new Set([
  "weak_without_context",
  "conflicting_expectation",
  "positions_incomplete",
  "needs_leniency_0",
  "needs_leniency_1",
  "upstream_strict_mode",
  "reference_regex_no_match",
  "allowlist_dependent",
  "heuristic_rule",
  "entropy_rule",
  "path_dependent",
  "needs_vendor_word",
  "other_rule_matches",
  "upstream_options",
  "upstream_heuristic",
  "spans_unresolved",
  "want_not_verbatim",
  "vacuous_upstream",
  "duplicate",
  "pii_rather_than_secret",
  "entropy_dependent",
  "mojibake",
]);

/** Entities that only meaning or an opt-in detector finds. */
const NOT_STRUCTURED: ReadonlySet<string> = new Set(["DOMAIN_NAME", "URL", "DATE_TIME"]);

/** Reads one set of the truth folder. */
export function readTruthSet(directory: string, name: string): readonly TruthRow[] {
  const file: { readonly cases: readonly RawRow[] } = JSON.parse(
    readFileSync(join(directory, `${name}.json`), "utf8"),
  );
  const inCodePoints = name === "a5-secretlint";
  return file.cases.map((row) => readRow(row, name, inCodePoints));
}

function readRow(row: RawRow, set: string, inCodePoints: boolean): TruthRow {
  const entity = row.entity ?? row.rule ?? row.kind ?? null;
  const raw = (row.spans ?? []).filter((span) =>
    !isPair(span) ? span.structured !== false && !NOT_STRUCTURED.has(span.entity) : true,
  );
  const spans = raw.map((span) => spanOf(span, { entity: entity ?? "", text: row.text, inCodePoints }));
  const doubtful = raw.some((span) => !isPair(span) && span.doubt !== undefined);
  const negative = isNegative(row, spans.length);
  return {
    id: row.id,
    text: row.text,
    spans: spans.length > 0 ? spans : null,
    negative,
    entity: set.startsWith("a1") || set.startsWith("a8") ? entity : null,
    rule: row.rule ?? row.kind ?? null,
    doubts: [...(row.flags ?? []).filter((flag) => DOUBTS.has(flag)), ...(doubtful ? ["doubt"] : [])],
    group: groupOf(row, set),
  };
}

function groupOf(row: RawRow, set: string): string {
  if (row.origin === undefined) return set;
  return row.origin.startsWith("literal") ? `${set} literal` : `${set} made`;
}

function isNegative(row: RawRow, spans: number): boolean {
  if (row.expectedCount !== undefined) return row.expectedCount === 0;
  if (row.shouldMatch !== undefined) return !row.shouldMatch;
  if (row.mustFind !== undefined) return row.mustFind.length === 0;
  return spans === 0;
}

function isPair(span: RawSpan | readonly [number, number]): span is readonly [number, number] {
  return Array.isArray(span);
}

function spanOf(
  span: RawSpan | readonly [number, number],
  from: { readonly entity: string; readonly text: string; readonly inCodePoints: boolean },
): TruthSpan {
  const [start, end] = isPair(span) ? span : [span.start, span.end];
  const entity = isPair(span) ? from.entity : span.entity;
  if (!from.inCodePoints) return { start, end, entity };
  const points = [...from.text];
  const units = (count: number): number => points.slice(0, count).join("").length;
  return { start: units(start), end: units(end), entity };
}
