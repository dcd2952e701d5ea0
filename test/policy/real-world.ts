import { RuleCatalogue } from "../../src/patterns/catalogue.js";
import { builtInDetectors } from "../../src/patterns/detectors/index.js";
import { validators } from "../../src/patterns/validators/index.js";
import { loadPolicies } from "../../src/policy/load-policies.js";
import { PatternScanner } from "../../src/policy/pattern-scanner.js";
import { Pdp } from "../../src/policy/pdp.js";
import type { PolicySet } from "../../src/policy/policy-set.js";
import { SURROUNDINGS, stoppedClock, wordCounter } from "./world.js";

/** The real engine with the real catalogue. */
export const realScanner = new PatternScanner(new RuleCatalogue(builtInDetectors, { validators }));

export function loadReal(text: string): PolicySet {
  const lint = realScanner.problems.bind(realScanner);
  return loadPolicies(text, { ...SURROUNDINGS, detectors: builtInDetectors, lint, file: "policies.yaml" });
}

export function realPdp(text: string): Pdp {
  const policies = loadReal(text);
  return Pdp.create({ policies, scanner: realScanner, tokenizer: wordCounter, clock: stoppedClock });
}
