import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { EXIT } from "../../src/cli/io.js";
import { type CliWorld, openCliWorld } from "./cli-world.js";
import { runCli } from "./run-cli.js";

interface Item {
  readonly check: string;
  readonly state: string;
  readonly seen: string;
  readonly fix: string | null;
}

const folder = mkdtempSync(join(tmpdir(), "sluice-setup-"));
after(() => rmSync(folder, { recursive: true }));

describe("sluice init and config", () => {
  for (const provider of ["openai", "anthropic", "gemini", "ollama", "demo"]) {
    it(`writes files for ${provider} that are valid, and whose tests hold`, async () => {
      const place = join(folder, provider);
      assert.equal((await runCli(["init", place, "--provider", provider, "--group", "a: b"])).code, EXIT.ok);
      const config = join(place, "sluice.yaml");
      const checked = await runCli(["config", "check", "--config", config]);
      assert.equal(checked.code, EXIT.ok, checked.stderr);
      // The rules are the same for all; the form of the names is what differs.
      if (provider !== "openai" && provider !== "demo") return;
      const tested = await runCli(["policy", "test", "--config", config]);
      assert.equal(tested.code, EXIT.ok, tested.stdout);
    });
  }

  it("replaces no file unless told to, and then both", async () => {
    const place = join(folder, "openai");
    const path = join(place, "sluice.yaml");
    writeFileSync(path, "mine");
    const { code, stderr } = await runCli(["init", place]);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, /--force/);
    assert.equal(readFileSync(path, "utf8"), "mine");
    assert.equal((await runCli(["init", place, "--force"])).code, EXIT.ok);
    assert.match(readFileSync(path, "utf8"), /^# Sluice/);
  });

  it("shows settings with their defaults, and of a secret only where it comes from", async () => {
    const place = join(folder, "secret");
    await runCli(["init", place]);
    const path = join(place, "sluice.yaml");
    const key = join(place, "key");
    writeFileSync(key, "sk-very-secret\n", { mode: 0o600 });
    const text = readFileSync(path, "utf8").replace(
      /credential: .*/,
      "credential: { file: ./key }\n    headers: { x-tenant: also-secret }",
    );
    writeFileSync(path, text);
    for (const form of [[], ["--json"]]) {
      const { code, stdout } = await runCli(["config", "show", "--config", path, ...form]);
      assert.equal(code, EXIT.ok);
      assert.match(stdout, /from the file .*key/);
      assert.doesNotMatch(stdout, /very-secret|also-secret/);
      assert.match(stdout, /maxCandidateChars"?( = |:)512/);
    }
  });

  it("exits with 1 and the place of what is wrong", async () => {
    const path = join(folder, "bad.yaml");
    writeFileSync(path, "listen: { htp: 127.0.0.1:80 }\n");
    const { code, stderr } = await runCli(["config", "check", "--config", path]);
    assert.equal(code, EXIT.no);
    assert.match(stderr, /bad\.yaml:1:11: /);
  });
});

describe("sluice doctor", () => {
  let world: CliWorld;
  before(async () => {
    world = await openCliWorld();
  });
  after(() => world.close());

  const doctor = async (...more: string[]): Promise<{ code: number; items: readonly Item[] }> => {
    const { code, stdout } = await runCli(["doctor", "--config", world.configFile, "--json", ...more]);
    return { code, items: (JSON.parse(stdout) as { items: Item[] }).items };
  };
  const configured = (change: (text: string) => string): string => {
    const path = join(world.folder, "changed.yaml");
    writeFileSync(path, change(readFileSync(world.configFile, "utf8")));
    return path;
  };
  const found = (items: readonly Item[], check: string): Item =>
    items.find((item) => item.check.startsWith(check)) ?? assert.fail(`no check ${check}`);

  it("finds a running gateway, its issuer and its clock well", async () => {
    const { host, port } = world.running.http;
    const file = configured((text) => text.replace("127.0.0.1:0", `${host}:${port}`));
    const { code, items } = await doctor("--config", file);
    assert.equal(code, EXIT.ok, JSON.stringify(items));
    assert.match(found(items, "http port").seen, /running gateway's/);
    assert.match(found(items, "store").seen, /held by the gateway/);
    assert.match(found(items, "issuer").seen, /1 key from/);
    assert.equal(found(items, "clock").state, "ok");
    assert.match(found(items, "fsync").seen, /takes [\d.]+ ms/);
  });

  it("names cause and fix of a store that another process holds", async () => {
    const { code, items } = await doctor("--offline");
    assert.equal(code, EXIT.no);
    const { state, fix } = found(items, "store");
    assert.equal(state, "broken");
    assert.match(fix ?? "", /end the other process/);
  });

  it("names a key file that others can read", async () => {
    const path = join(world.folder, "keys", "hmac.key");
    chmodSync(path, 0o644);
    const { items } = await doctor("--offline");
    chmodSync(path, 0o600);
    assert.match(found(items, "keys").fix ?? "", /^chmod 600 .*hmac\.key$/);
  });

  it("names a port that another program has", async () => {
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const file = configured((text) => text.replace("127.0.0.1:0", `127.0.0.1:${port}`));
    const { items } = await doctor("--config", file, "--offline");
    other.close();
    assert.match(found(items, "http port").seen, /in use by another program/);
  });

  it("names an issuer and a model that cannot be reached, and a credential that is not set", async () => {
    const file = configured((text) =>
      text
        .replace(/issuer: http:\/\/\S+/, "issuer: http://127.0.0.1:1")
        .replace(
          "connections:\n",
          'connections:\n  - { name: far, dialect: openai, url: "http://127.0.0.1:1/v1", credential: { env: SLUICE_TEST_NOT_SET }, models: ["far"] }\n',
        ),
    );
    const { code, items } = await doctor("--config", file, "--timeout", "1s");
    assert.equal(code, EXIT.no);
    for (const check of ["issuer", "model far", "credential of far"]) {
      const item = found(items, check);
      assert.equal(item.state, "broken", check);
      assert.ok(item.fix);
    }
  });

  it("goes as far as it can without a valid configuration", async () => {
    const { code, stdout } = await runCli(["doctor", "--config", join(world.folder, "none.yaml")]);
    assert.equal(code, EXIT.no);
    assert.match(stdout, /^ok {4}node: [\d.]+\nFAIL {2}configuration: .*\n {6}fix: /);
  });
});
