import fc from "fast-check";

/** The same cases in every ordinary run, so that a run that fails fails again. */
const FIXED_SEED = 20_260_701;

/** A run of chosen length looks for new cases; a chosen seed repeats the run that reported it. */
function seedOfRun(): number {
  const chosen = process.env["SLUICE_FUZZ_SEED"];
  if (chosen !== undefined) return Number(chosen) | 0;
  return process.env["SLUICE_FUZZ_CASES"] === undefined ? FIXED_SEED : Date.now() | 0;
}

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: seedOfRun() });

/** fast-check, seeded for this run; every test takes it from here. */
export { default } from "fast-check";
