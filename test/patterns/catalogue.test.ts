import assert from "node:assert/strict";
import { test } from "node:test";
import { RuleCatalogue } from "../../src/patterns/catalogue.js";
import { SAMPLE_DETECTORS, SAMPLE_VALIDATORS } from "../masking/sample-detectors.js";

const options = { validators: SAMPLE_VALIDATORS, cacheBytes: 1 << 20 };
const ids = (catalogue: RuleCatalogue, ...selection: readonly string[]): readonly string[] =>
  catalogue.select(selection).detectors.map(({ id }) => id);

test("selects by entity, by id, by group and all", () => {
  const catalogue = new RuleCatalogue(SAMPLE_DETECTORS, options);
  assert.deepEqual(ids(catalogue, "EMAIL_ADDRESS"), ["pii/email"]);
  assert.deepEqual(ids(catalogue, "pii/us/*"), ["pii/us/ssn", "pii/us/bank"]);
  assert.deepEqual(ids(catalogue, "secrets/github-pat", "US_*"), [
    "pii/us/ssn",
    "pii/us/bank",
    "secrets/github-pat",
  ]);
  assert.equal(ids(catalogue, "*").length, SAMPLE_DETECTORS.length);
});

test("names the nearest when a selection names nothing", () => {
  const catalogue = new RuleCatalogue(SAMPLE_DETECTORS, options);
  assert.throws(() => catalogue.select(["EMAIL_ADRESS"]), /"EMAIL_ADRESS"; nearest: EMAIL_ADDRESS/);
  assert.throws(() => catalogue.select(["secret/*"]), /nearest/);
});

test("compiles a subset once, and drops the least recently used beyond its limit", () => {
  const catalogue = new RuleCatalogue(SAMPLE_DETECTORS, options);
  const first = catalogue.select(["EMAIL_ADDRESS"]);
  assert.equal(catalogue.select(["pii/email"]), first);
  const small = new RuleCatalogue(SAMPLE_DETECTORS, { ...options, totalCacheBytes: 1 });
  const dropped = small.select(["EMAIL_ADDRESS"]);
  small.select(["US_SSN"]);
  assert.notEqual(small.select(["EMAIL_ADDRESS"]), dropped);
});
