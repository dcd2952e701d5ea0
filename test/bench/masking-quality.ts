/**
 * Quality of the built-in detectors against truth sets and real model text.
 * `node --import tsx test/bench/masking-quality.ts --truth DIR [--streams DIR] [--show SET]`
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Masking } from "../../src/masking/masking.js";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { validators } from "../../src/patterns/validators/index.js";
import { printGitleaksAgreement } from "./quality/gitleaks-agreement.js";
import { readModelTexts } from "./quality/model-text.js";
import { read, type Score, score } from "./quality/score.js";
import type { TruthRow } from "./quality/truth-row.js";
import { readTruthSet } from "./quality/truth-sets.js";

const SETS = [
  "a1-presidio-recognizers",
  "a8-presidio-context",
  "a6-presidio-research",
  "a7-openai-guardrails-checks",
  "a9-redact-pii",
  "a2-gitleaks",
  "a4-detect-secrets",
  "a5-secretlint",
] as const;

const { values: flags } = parseArgs({
  options: { truth: { type: "string" }, streams: { type: "string" }, show: { type: "string" } },
});
if (flags.truth === undefined) {
  console.error("Say where the truth sets are: --truth DIR");
  process.exit(2);
}
const truth = flags.truth;
const masking = Masking.create({ detectors: builtInDetectors, validators });
const plan = masking.plan([{ entities: ["pii/*", "secrets/*"], action: "mask" }]);
console.log(`${plan.rulesActive} detectors`);
printHeader();
for (const set of SETS) {
  if (!existsSync(join(truth, `${set}.json`))) continue;
  const rows = readTruthSet(truth, set);
  for (const group of [...new Set(rows.map((row) => row.group))].sort()) {
    const ofGroup = rows.filter((row) => row.group === group);
    print(
      `${group}, clean`,
      ofGroup.filter((row) => row.doubts.length === 0),
    );
    print(
      `${group}, flagged`,
      ofGroup.filter((row) => row.doubts.length > 0),
    );
  }
}
printGitleaksAgreement(truth, flags.show === "gitleaks");
printModelText(flags.streams ?? join(truth, "..", "streams"));

function printHeader(): void {
  console.log(
    ["set".padEnd(44), "rows", "spans", "found", "recall", "leaked", "negatives", "alarms"].join("  "),
  );
}

function print(name: string, rows: readonly TruthRow[]): void {
  if (rows.length === 0) return;
  const result = score(plan, rows);
  console.log(
    [
      name.padEnd(44),
      String(result.rows).padStart(4),
      String(result.expected).padStart(5),
      String(result.found).padStart(5),
      (result.expected === 0 ? "-" : (result.found / result.expected).toFixed(3)).padStart(6),
      leakedShare(result).padStart(6),
      String(result.negatives).padStart(9),
      String(result.falseAlarms).padStart(6),
    ].join("  "),
  );
  if (flags.show !== undefined && name.startsWith(flags.show))
    for (const line of result.wrong) console.log(`    ${line}`);
}

function leakedShare(result: Score): string {
  return result.characters === 0 ? "-" : `${((100 * result.leaked) / result.characters).toFixed(1)}%`;
}

function printModelText(directory: string): void {
  if (!existsSync(directory)) return;
  const texts = readModelTexts(directory);
  let alarms = 0;
  let characters = 0;
  for (const { id, text, kind } of texts) {
    characters += text.length;
    for (const region of read(plan, text, kind).regions) {
      alarms++;
      const around = text.slice(Math.max(0, region.inputStart - 30), region.inputEnd + 10);
      console.log(`    alarm ${id} ${region.detector} ${JSON.stringify(around)}`);
    }
  }
  console.log(`real model text: ${texts.length} texts, ${characters} characters, ${alarms} false alarms`);
}
