import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { policySchema } from "../../src/policy/policy-schema.js";
import { load } from "./world.js";

const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  policySchema(),
);

test("docs/policy.schema.json is the schema of the definition that reads policies", () => {
  const published: unknown = JSON.parse(readFileSync("docs/policy.schema.json", "utf8"));
  assert.deepEqual(published, policySchema(), "run: node --import tsx test/policy/write-schema.ts");
});

for (const file of ["teams", "prompt-injection"]) {
  test(`docs/examples/${file}.yaml is valid by the schema`, () => {
    const valid = validate(parse(readFileSync(`docs/examples/${file}.yaml`, "utf8")));
    assert.ok(valid, JSON.stringify(validate.errors));
  });
}

/** Structure that both must refuse; what refers to the surroundings only the reader can know. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["an unknown key", "promt: []"],
  ["two kinds in one rule", "prompt: [ { id: t, deny: { words: [a] }, limit: { messages: 1 } } ]"],
  ["a rule of no kind", "prompt: [ { id: t } ]"],
  ["no id", "prompt: [ { deny: { words: [a] } } ]"],
  ["two things to look for", "prompt: [ { id: t, deny: { words: [a], pattern: b } } ]"],
  ["a number for a name", "description: 5"],
  ["an unknown mode", "mode: audit"],
  ["an unknown feature", "permit: [pictures]"],
  [
    "a time without its unit",
    "prompt: [ { id: t, review: { always: true, reviewers: { groups: [g] }, expires: 30 } } ]",
  ],
  ["a limit of zero", "prompt: [ { id: t, limit: { messages: 0 } } ]"],
];
for (const [what, body] of REFUSED) {
  test(`the schema and the reader both refuse ${what}`, () => {
    const text = `policies:\n  - name: p\n    who: { everyone: true }\n    connections: [openai]\n    models: ["*"]\n    ${body}\n`;
    assert.equal(validate(parse(text)), false);
    assert.throws(() => load(text));
  });
}
