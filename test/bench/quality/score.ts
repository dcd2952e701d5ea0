import type { ChannelKind, MaskingPlan } from "../../../src/masking/masking-plan.js";
import { PseudonymTable } from "../../../src/masking/pseudonyms.js";
import type { InputSpan, MaskedRegion } from "../../../src/masking/stream-masker.js";
import type { TruthRow } from "./truth-row.js";

const SCOPE = { hashKey: new Uint8Array(32), pseudonyms: new PseudonymTable() };

export interface Reading {
  readonly regions: readonly MaskedRegion[];
  readonly covered: readonly InputSpan[];
}

/** Masks a whole text and says which of its characters are gone. */
export function read(plan: MaskingPlan, text: string, kind: ChannelKind = "text"): Reading {
  const masker = plan.open(kind, SCOPE);
  const regions: MaskedRegion[] = [];
  const covered: InputSpan[] = [];
  for (const step of [() => masker.feed(text), () => masker.end()]) {
    step();
    regions.push(...masker.regions);
    covered.push(...masker.covered);
  }
  return { regions, covered };
}

export interface Score {
  readonly rows: number;
  readonly expected: number;
  readonly found: number;
  readonly characters: number;
  readonly leaked: number;
  readonly negatives: number;
  readonly falseAlarms: number;
  /** Ids of rows that went wrong, with what went wrong. */
  readonly wrong: readonly string[];
}

/** A span counts as found when every character of it but separators at its ends is masked. */
export function score(plan: MaskingPlan, rows: readonly TruthRow[]): Score {
  let expected = 0;
  let found = 0;
  let characters = 0;
  let leaked = 0;
  let negatives = 0;
  let falseAlarms = 0;
  const wrong: string[] = [];
  for (const row of rows) {
    const { regions, covered } = read(plan, row.text);
    if (row.negative) {
      negatives++;
      const alarm = regions.find((region) => row.entity === null || region.entity === row.entity);
      if (alarm !== undefined) {
        falseAlarms++;
        wrong.push(
          `alarm ${row.id} ${alarm.detector} ${shown(row.text.slice(alarm.inputStart, alarm.inputEnd))} in ${shown(row.text)}`,
        );
      }
      continue;
    }
    if (row.spans === null) {
      expected++;
      if (regions.length > 0) found++;
      else wrong.push(`miss  ${row.id} ${row.entity ?? ""} ${shown(row.text)}`);
      continue;
    }
    for (const span of row.spans) {
      expected++;
      characters += span.end - span.start;
      const open = openCharacters(row.text, span, covered);
      leaked += open;
      if (open === 0) found++;
      else
        wrong.push(
          `miss  ${row.id} ${span.entity} ${shown(row.text.slice(span.start, span.end))} in ${shown(row.text)}`,
        );
    }
  }
  return { rows: rows.length, expected, found, characters, leaked, negatives, falseAlarms, wrong };
}

/** Characters of the span that stand unmasked; white space and quotes at its ends do not count. */
function openCharacters(text: string, span: InputSpan, covered: readonly InputSpan[]): number {
  let open = 0;
  for (let index = span.start; index < span.end; index++) {
    if (/[\s"'`;]/.test(text.charAt(index))) continue;
    if (!covered.some(({ start, end }) => index >= start && index < end)) open++;
  }
  return open;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 97)}...` : text);
}
