/**
 * Detection and false alarms of the sample policies against a corpus of prompts:
 * `node --import tsx test/bench/policy-corpus.ts [corpus] [policies] [--misses set]`.
 */
import { readFileSync } from "node:fs";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { loadPolicies } from "../../src/policy/load-policies.js";
import { Pdp } from "../../src/policy/pdp.js";
import { realScanner } from "../policy/real-world.js";
import { asking, prompt, SURROUNDINGS, stoppedClock, wordCounter } from "../policy/world.js";

interface Row {
  readonly id: string;
  readonly set: string;
  readonly text: string;
  readonly label: "attack" | "benign" | "disallowed-topic" | "allowed-topic";
  readonly category: string;
  readonly flags?: readonly string[];
}

const [
  corpus = "../shared/data/truth/b1-prompt-policy.json",
  file = "docs/examples/prompt-injection.yaml",
  ...rest
] = process.argv.slice(2);
const misses = rest[0] === "--misses" ? rest[1] : undefined;
const rows: readonly Row[] = JSON.parse(readFileSync(corpus, "utf8")).cases;
const policies = loadPolicies(readFileSync(file, "utf8"), {
  ...SURROUNDINGS,
  connections: [{ name: "demo", models: ["*"], dialect: "demo" }],
  detectors: builtInDetectors,
  lint: realScanner.problems.bind(realScanner),
  file,
});
const pdp = Pdp.create({ policies, scanner: realScanner, tokenizer: wordCounter, clock: stoppedClock });

interface Tally {
  stopped: number;
  all: number;
}
const tallies = new Map<string, Tally>();
const rules = new Map<string, { attack: number; benign: number }>();
const startedMs = performance.now();
for (const row of rows) {
  const decision = await pdp.decide({
    ...asking({ model: "any" }),
    connection: { name: "demo", dialect: "sluice" },
    prompt: prompt([row.text]),
  });
  if (decision.effect === "deny" && decision.error.code !== "policy_denied") throw decision.error;
  const stopped = decision.effect !== "allow";
  const apart = (row.flags ?? []).length > 0 ? ` (${row.flags?.join(", ")})` : "";
  const key = `${row.label.padEnd(17)} ${row.set}${apart}`;
  const tally = tallies.get(key) ?? { stopped: 0, all: 0 };
  tallies.set(key, { stopped: tally.stopped + (stopped ? 1 : 0), all: tally.all + 1 });
  for (const { rule, effect } of decision.reasons) {
    if (effect !== "deny" && effect !== "review") continue;
    const found = rules.get(rule) ?? { attack: 0, benign: 0 };
    rules.set(
      rule,
      row.label === "attack"
        ? { ...found, attack: found.attack + 1 }
        : { ...found, benign: found.benign + 1 },
    );
  }
  const wrong = row.label === "attack" ? !stopped : stopped && row.label === "benign";
  if (misses === row.set && wrong)
    console.log(
      `- ${row.category} ${decision.reasons.map(({ rule }) => rule).join()} ${JSON.stringify(row.text.slice(0, 400))}`,
    );
}
for (const [key, { stopped, all }] of [...tallies].sort()) {
  console.log(
    `${key.padEnd(80)} ${String(stopped).padStart(4)} of ${String(all).padStart(4)}  ${((100 * stopped) / all).toFixed(1)} %`,
  );
}
for (const [rule, { attack, benign }] of rules)
  console.log(`rule ${rule.padEnd(28)} attacks ${attack}, other rows ${benign}`);
const clean = rows.filter(({ flags = [] }) => flags.length === 0);
const rate = (label: Row["label"]): string => {
  const keys = [...tallies].filter(([key]) => key.startsWith(label) && !key.includes("("));
  const stopped = keys.reduce((sum, [, tally]) => sum + tally.stopped, 0);
  const all = clean.filter((row) => row.label === label).length;
  return `${stopped} of ${all} (${((100 * stopped) / all).toFixed(1)} %)`;
};
console.log(
  `clean rows: attacks stopped ${rate("attack")}, benign stopped ${rate("benign")}; ${((performance.now() - startedMs) / rows.length).toFixed(2)} ms a prompt`,
);
