import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { configSchema } from "../../src/config/config-schema.js";
import { policySchema } from "../../src/policy/policy-schema.js";
import { withTables } from "./configuration-page.js";

const AGAIN = "run: node --import tsx test/config/write-docs.ts";
const page = readFileSync("docs/configuration.md", "utf8");
const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true })
  .addSchema(policySchema())
  .compile(configSchema());

test("docs/sluice.schema.json is the schema of the definition that reads the file", () => {
  assert.deepEqual(JSON.parse(readFileSync("docs/sluice.schema.json", "utf8")), configSchema(), AGAIN);
});

test("docs/configuration.md lists every key as the definition has it", () => {
  assert.equal(withTables(page, configSchema()), page, AGAIN);
});

test("the example of docs/configuration.md is valid by the schema", () => {
  const [, example = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  assert.ok(validate(parse(example)), JSON.stringify(validate.errors));
});

test("the schema and the reader refuse the same unknown keys", () => {
  assert.equal(
    validate({ identity: { issuers: [] }, connections: [], policies: "p.yaml", listenn: {} }),
    false,
  );
});

test("the schema holds policies in the configuration to the language of policies", () => {
  const policy = { name: "p", who: { everyone: true }, connections: ["demo"], models: ["*"] };
  const issuer = { issuer: "https://login.example.com", audiences: ["sluice"] };
  const connections = [{ name: "demo", dialect: "demo", models: ["demo"] }];
  const config = { identity: { issuers: [issuer] }, connections };
  assert.ok(validate({ ...config, policies: [policy] }), JSON.stringify(validate.errors));
  assert.equal(validate({ ...config, policies: [{ ...policy, whom: {} }] }), false);
});
