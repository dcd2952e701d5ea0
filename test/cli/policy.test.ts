import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { EXIT } from "../../src/cli/io.js";
import { runCli } from "./run-cli.js";

const TEAMS = "docs/examples/teams.yaml";
const folder = mkdtempSync(join(tmpdir(), "sluice-policy-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("sluice policy", () => {
  it("checks a file by itself, and says what was taken as written", async () => {
    const { code, stdout, stderr } = await runCli(["policy", "check", TEAMS]);
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /5 policies, 13 rules, sha256:[0-9a-f]{8}/);
    assert.match(stderr, /--config checks them/);
  });

  it("exits with 1 and names every problem with line and column", async () => {
    const path = file(
      "bad.yaml",
      "policies:\n  - name: a\n    whoo: {}\n    connections: [x]\n    models: []\n",
    );
    const { code, stdout, stderr } = await runCli(["policy", "check", path]);
    assert.deepEqual([code, stdout], [EXIT.no, ""]);
    assert.match(stderr, /bad\.yaml:3:5: .*"whoo".*"who"/);
    assert.match(stderr, /bad\.yaml:5:13: /);
  });

  it("tells an error as JSON in the common form", async () => {
    const { code, stdout, stderr } = await runCli(["policy", "check", join(folder, "none.yaml"), "--json"]);
    assert.deepEqual([code, stderr], [EXIT.no, ""]);
    const { error } = JSON.parse(stdout) as { error: Record<string, unknown> };
    assert.deepEqual(Object.keys(error), ["code", "message", "next"]);
    assert.equal(error["code"], "invalid_config");
  });

  it("is a usage error without any file", async () => {
    assert.equal((await runCli(["policy", "check"])).code, EXIT.usage);
  });

  it("runs the tests of a file", async () => {
    const { code, stdout } = await runCli(["policy", "test", TEAMS, "--json"]);
    const { items, failed } = JSON.parse(stdout) as { items: { passed: boolean }[]; failed: number };
    assert.equal(code, EXIT.ok);
    assert.equal(failed, 0);
    assert.ok(items.length >= 8 && items.every(({ passed }) => passed));
  });

  it("exits with 1 and the line where a test does not hold", async () => {
    const tests = file(
      "tests.yaml",
      'tests:\n  - name: wrong\n    as: { groups: [finance] }\n    connection: openai\n    model: gpt-5\n    prompt: "project alder"\n    expect: { effect: allow }\n',
    );
    const { code, stdout } = await runCli(["policy", "test", tests, "--policies", TEAMS]);
    assert.equal(code, EXIT.no);
    assert.match(stdout, /FAIL {2}wrong\n.*tests\.yaml:2:.*effect: expected allow, was deny/);
  });

  it("explains from files, with why and why not, and exits with 1 for a prompt that is denied", async () => {
    const base = ["policy", "explain", "--policies", TEAMS, "--groups", "finance", "--connection", "openai"];
    const { code, stdout } = await runCli([...base, "--model", "gpt-5", "--prompt", "project alder"]);
    assert.equal(code, EXIT.no);
    assert.match(stdout, /openai\/gpt-5 {2}DENY: "Codenames must not leave\."/);
    assert.match(stdout, /\+ codenames deny/);
    assert.match(stdout, /- deploy-jobs {2}\(who\.issuers/);
    assert.equal((await runCli([...base, "--model", "gpt-5", "--prompt", "hello"])).code, EXIT.ok);
  });

  it("reads the prompt from standard input", async () => {
    const args = [
      "policy",
      "explain",
      "--policies",
      TEAMS,
      "--groups",
      "finance",
      "--model",
      "gpt-5",
      "--prompt",
      "-",
    ];
    const { stdout } = await runCli([...args, "--json"], { stdin: "project birch\n" });
    const { resolutions } = JSON.parse(stdout) as { resolutions: { connection: string; effect: string }[] };
    assert.equal(resolutions.find(({ connection }) => connection === "openai")?.effect, "deny");
  });

  it("says what a change loosens, and fails on it where asked to", async () => {
    const wider = file(
      "wider.yaml",
      readFileSync(TEAMS, "utf8").replace("promptTokens: 32000", "promptTokens: 64000"),
    );
    const { code, stdout } = await runCli(["policy", "diff", TEAMS, wider]);
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /^\+ loosens {3}everybody\/size: promptTokens 32000 became 64000\n$/);
    assert.equal((await runCli(["policy", "diff", TEAMS, wider, "--fail-on", "loosens"])).code, EXIT.no);
    assert.equal((await runCli(["policy", "diff", wider, TEAMS, "--fail-on", "loosens"])).code, EXIT.ok);
    assert.equal((await runCli(["policy", "diff", TEAMS, TEAMS, "--fail-on", "any"])).code, EXIT.ok);
  });
});
