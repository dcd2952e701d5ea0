import { PAUSE, Pace } from "../domain/pace.js";
import type { PromptRole, PromptSegment } from "../domain/prompt.js";
import { type PromptText, placesOf, promptTexts } from "./prompt-text.js";
import type { PromptScan, ScanMatch, ScanRule } from "./scanner.js";

/** A rule's scan and the roles whose text it sees (null: all). */
export interface RoleScan {
  readonly rule: ScanRule;
  readonly roles: readonly PromptRole[] | null;
}

/** Where a rule matched in a request. */
export interface Hits {
  /** Places in the segments, at most `MAX_PLACES`. */
  readonly places: readonly { readonly segment: number; readonly start: number; readonly end: number }[];
  /** Messages that hold a match by themselves. */
  readonly messages: ReadonlySet<number>;
}

const MAX_PLACES = 32;
/** Once every rule has matched, a text is read no further than so many matches. */
const ENOUGH = 256;

interface Collected {
  readonly places: Map<string, Hits["places"][number]>;
  readonly messages: Set<number>;
}

/** Scans a request for every rule; a rule that is missing in the result matched nowhere. */
export async function scanPrompt(
  scans: readonly RoleScan[],
  segments: readonly PromptSegment[],
  compile: (rules: readonly ScanRule[]) => PromptScan,
): Promise<ReadonlyMap<string, Hits>> {
  const hits = new Map<string, Collected>();
  const pace = new Pace();
  for (const [roles, rules] of byRoles(scans)) {
    const scan = compile(rules);
    for (const text of promptTexts(segments, roles)) {
      if (pace.isDue) await pace.giveWay();
      if (text !== PAUSE) await scanText(text, { scan, rules: rules.length, segments, hits, pace });
    }
  }
  return new Map(
    [...hits].map(([rule, { places, messages }]) => [rule, { places: [...places.values()], messages }]),
  );
}

/** Makes the scans of these rules, so that the first prompt finds them made. */
export function prepareScans(
  scans: readonly RoleScan[],
  compile: (rules: readonly ScanRule[]) => PromptScan,
): void {
  for (const [, rules] of byRoles(scans)) compile(rules);
}

interface Run {
  readonly scan: PromptScan;
  readonly rules: number;
  readonly segments: readonly PromptSegment[];
  readonly hits: Map<string, Collected>;
  readonly pace: Pace;
}

async function scanText(view: PromptText, run: Run): Promise<void> {
  const here = new Set<string>();
  let matches = 0;
  const found = (match: ScanMatch): "more" | "enough" => {
    here.add(match.rule);
    note(match, view, run);
    return ++matches >= ENOUGH && here.size === run.rules ? "enough" : "more";
  };
  await run.scan.scan(view.text, found, run.pace);
}

function note(match: ScanMatch, view: PromptText, run: Run): void {
  let collected = run.hits.get(match.rule);
  if (collected === undefined) {
    collected = { places: new Map(), messages: new Set() };
    run.hits.set(match.rule, collected);
  }
  if (view.message !== null) collected.messages.add(view.message);
  if (collected.places.size >= MAX_PLACES) return;
  for (const place of placesOf(view, match, run.segments)) {
    collected.places.set(`${place.segment}:${place.start}:${place.end}`, place);
  }
}

/** Rules that see the same text are scanned in one go. */
function byRoles(scans: readonly RoleScan[]): readonly (readonly [RoleScan["roles"], readonly ScanRule[]])[] {
  const groups = new Map<string, { readonly roles: RoleScan["roles"]; readonly rules: ScanRule[] }>();
  for (const { rule, roles } of scans) {
    const key = roles === null ? "" : [...roles].sort().join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { roles, rules: [rule] });
    else group.rules.push(rule);
  }
  return [...groups.values()].map(({ roles, rules }) => [roles, rules]);
}
