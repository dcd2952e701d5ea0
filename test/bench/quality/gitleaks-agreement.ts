import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { Masking } from "../../../src/masking/masking.js";
import { importGitleaks } from "../../../src/patterns/importers/gitleaks.js";
import { validators } from "../../../src/patterns/validators/index.js";
import { read } from "./score.js";
import { readTruthSet } from "./truth-sets.js";

interface RuleRow {
  readonly rule: string;
  readonly regex: string | null;
  readonly path: string | null;
  readonly keywords: readonly string[] | null;
  readonly entropy: number | null;
  readonly secretGroup: number | null;
}

/** Reads the rules as a gitleaks file and prints how far the importer agrees with the samples. */
export function printGitleaksAgreement(truth: string, show: boolean): void {
  if (!existsSync(join(truth, "a2-gitleaks-rules.json"))) return;
  const file: { readonly cases: readonly RuleRow[] } = JSON.parse(
    readFileSync(join(truth, "a2-gitleaks-rules.json"), "utf8"),
  );
  const imported = importGitleaks(stringify({ rules: file.cases.map(tomlRule) }), { file: "gitleaks.toml" });
  console.log(
    `gitleaks importer: ${file.cases.length} rules, ${imported.detectors.length} taken over, ${imported.refused.length} refused, ${imported.notes.length} notes`,
  );
  for (const { rule, reason } of imported.refused) console.log(`    refused ${rule}: ${reason}`);
  const all = new Map([...validators, ...imported.validators]);
  const masking = Masking.create({ detectors: imported.detectors, validators: all, encoded: false });
  const counts = { same: 0, missed: 0, more: 0, spans: 0, sameSpans: 0 };
  for (const row of readTruthSet(truth, "a2-gitleaks")) {
    if (
      row.doubts.some(
        (doubt) =>
          doubt !== "heuristic_rule" && doubt !== "needs_vendor_word" && doubt !== "entropy_dependent",
      )
    )
      continue;
    const id = `secrets/gitleaks/${row.rule ?? ""}`;
    if (!imported.detectors.some((detector) => detector.id === id)) continue;
    const { covered } = read(masking.plan([{ entities: [id], action: "mask" }]), row.text);
    const found = covered.length > 0;
    if (found !== row.negative) counts.same++;
    else if (found) counts.more++;
    else counts.missed++;
    if (found === row.negative && show)
      console.log(`    ${found ? "more  " : "missed"} ${row.id} ${JSON.stringify(row.text.slice(0, 120))}`);
    for (const span of row.negative ? [] : (row.spans ?? [])) {
      counts.spans++;
      if (covered.some(({ start, end }) => start <= span.start && end >= span.end - 1)) counts.sameSpans++;
    }
  }
  const total = counts.same + counts.missed + counts.more;
  console.log(
    `gitleaks importer: ${counts.same} of ${total} samples agree (${((100 * counts.same) / total).toFixed(1)}%), ` +
      `${counts.missed} missed, ${counts.more} found beyond; ${counts.sameSpans} of ${counts.spans} secrets covered`,
  );
}

function tomlRule(row: RuleRow): Record<string, unknown> {
  return {
    id: row.rule,
    ...(row.regex === null ? {} : { regex: row.regex }),
    ...(row.path === null ? {} : { path: row.path }),
    ...(row.keywords === null ? {} : { keywords: [...row.keywords] }),
    ...(row.entropy === null ? {} : { entropy: row.entropy }),
    ...(row.secretGroup === null ? {} : { secretGroup: row.secretGroup }),
  };
}
