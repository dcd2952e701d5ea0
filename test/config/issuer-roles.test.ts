import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parseConfig } from "../../src/config/load.js";

describe("the roles of an issuer", () => {
  let base = "";
  before(() => {
    base = mkdtempSync(join(tmpdir(), "sluice-config-"));
    writeFileSync(join(base, "policies.yaml"), "");
  });
  after(() => rmSync(base, { recursive: true, force: true }));
  const load = (lines: string) =>
    parseConfig(
      `identity:
  issuers:
    - issuer: https://login.example.com
      audiences: [sluice]
${lines}
connections: [{ name: demo, dialect: demo, models: [demo] }]
policies: ./policies.yaml
`,
      { file: "sluice.yaml", base, env: {} },
    );

  it("are taken where its tokens can give the groups", () => {
    load(
      "      claims: { groups: roles }\n      groupsPrefix: 'ci:'\n      roles: { reviewer: ['ci:compliance'] }",
    );
  });

  it("are refused, with the line, where its tokens give no groups", () => {
    assert.throws(() => load("      roles: { reviewer: [compliance] }"), {
      code: "invalid_config",
      message: /^sluice\.yaml:3:15: .*group "compliance".*`claims\.groups`/,
    });
  });

  it("are refused where the prefix keeps every group out", () => {
    const lines =
      "      claims: { groups: roles }\n      groupsPrefix: 'ci:'\n      roles: { operator: [platform] }";
    assert.throws(() => load(lines), { code: "invalid_config", message: /"platform".*groupsPrefix/ });
  });
});
