import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type Config, parseConfig } from "../../src/config/load.js";
import { SluiceError } from "../../src/domain/errors.js";

const base = mkdtempSync(join(tmpdir(), "sluice-config-"));
writeFileSync(join(base, "policies.yaml"), "policies: []\n");
after(() => rmSync(base, { recursive: true }));

const LISTEN = "listen: { http: 127.0.0.1:8080, grpc: 127.0.0.1:50051 }";
const ISSUER = `identity:
  issuers:
    - issuer: https://login.example.com
      audiences: [sluice]`;
const MODEL = `connections:
  - name: openai
    dialect: openai
    url: https://api.openai.com/v1
    credential: { env: MODEL_KEY }
    models: ["gpt-*"]`;
const POLICIES = "policies: ./policies.yaml";
const WHOLE = [LISTEN, ISSUER, MODEL, POLICIES];
const SECRET = "sk-a-secret-of-the-gateway";

function load(parts: readonly string[], env: Readonly<Record<string, string>> = {}): Config {
  return parseConfig(`${parts.join("\n")}\n`, { file: "sluice.yaml", base, env });
}

function refusal(parts: readonly string[], env?: Readonly<Record<string, string>>): string {
  try {
    load(parts, env);
  } catch (thrown) {
    assert.ok(thrown instanceof SluiceError);
    assert.equal(thrown.code, "invalid_config");
    return thrown.message;
  }
  return assert.fail("was taken");
}

describe("a configuration", () => {
  it("is read with its defaults, and paths from its own folder", () => {
    const config = load(WHOLE);
    assert.deepEqual(config.http, { host: "127.0.0.1", port: 8080 });
    assert.equal(config.dataDir, join(base, "data"));
    assert.equal(config.keysDir, join(base, "keys"));
    assert.equal(config.approvalsDir, join(base, "approvals"));
    assert.equal(config.written.timeouts.grace, 30_000);
    assert.equal(config.written.limits.body, 4 << 20);
  });

  it("names line, column and the near name of an unknown key", () => {
    const message = refusal([LISTEN.replace("http:", "htp:"), ISSUER, MODEL, POLICIES]);
    assert.match(message, /^sluice\.yaml:1:11: listen/);
    assert.match(message, /"htp"/);
    assert.match(message, /"http"/);
  });

  it("names everything that is wrong in one run", () => {
    const message = refusal([
      "listen: { htp: 1 }",
      ISSUER.replace("[sluice]", "[]"),
      MODEL.replace("dialect: openai", "dialect: opeani"),
      POLICIES,
    ]);
    const places = message.split("\n").map((line) => Number(line.split(":")[1]));
    assert.deepEqual(places, [1, 5, 8]);
    assert.match(message, /openai/);
  });

  it("says what is missing", () => {
    assert.match(refusal([LISTEN, ISSUER, POLICIES]), /"connections" is missing/);
    assert.match(refusal([LISTEN, MODEL, POLICIES]), /"identity" is missing/);
    assert.match(refusal([LISTEN, ISSUER, MODEL]), /"policies" is missing/);
  });

  it("refuses a key that stands twice", () => {
    assert.match(refusal([...WHOLE, LISTEN]), /^sluice\.yaml:13:1: /);
  });

  it("refuses times and sizes without a unit, and out of range", () => {
    assert.match(refusal([...WHOLE, "timeouts: { grace: 30 }"]), /with its unit \(ms, s, m, h, d\)/);
    assert.match(refusal([...WHOLE, "timeouts: { grace: 2d }"]), /from 0ms to 1h/);
    assert.match(refusal([...WHOLE, "limits: { body: 5000 }"]), /with its unit \(B, KiB/);
  });

  it("refuses what is no YAML, and nothing at all", () => {
    assert.match(refusal(["listen: ["]), /^sluice\.yaml:\d+:\d+: /);
    assert.match(refusal([""]), /empty/);
  });

  it("refuses two connections or issuers of one name, at the second", () => {
    const twice = MODEL.replace("connections:\n", "");
    assert.match(
      refusal([LISTEN, ISSUER, MODEL, twice, POLICIES]),
      /^sluice\.yaml:12:11: .*"openai" stands twice/,
    );
    const issuers = `${ISSUER}\n    - issuer: https://login.example.com\n      audiences: [other]`;
    assert.match(refusal([LISTEN, issuers, MODEL, POLICIES]), /^sluice\.yaml:6:15: .*stands twice/);
  });

  it("refuses a policy file that is not there, where it is named", () => {
    assert.match(
      refusal([LISTEN, ISSUER, MODEL, "policies: ./none.yaml"]),
      /^sluice\.yaml:12:11: .*there is no file/,
    );
  });
});

describe("plaintext", () => {
  for (const host of ["0.0.0.0", "192.0.2.7", "gateway.example", "[::]"]) {
    it(`is refused beyond loopback, as at ${host}`, () => {
      const message = refusal([`listen: { http: "${host}:8080" }`, ISSUER, MODEL, POLICIES]);
      assert.match(message, /listen\.http: .*beyond loopback.*listen\.insecure: true/);
    });
  }

  it("is taken on loopback in every spelling", () => {
    for (const host of ["127.0.0.1", "127.8.8.8", "localhost", "[::1]"])
      assert.ok(load([`listen: { http: "${host}:8080" }`, ISSUER, MODEL, POLICIES]));
  });

  it("is taken beyond loopback where that is said, or with TLS", () => {
    assert.ok(load(['listen: { http: "0.0.0.0:8080", insecure: true }', ISSUER, MODEL, POLICIES]));
    const tls = "tls: { http: { cert: c.pem, key: k.pem } }";
    assert.ok(load(['listen: { http: "0.0.0.0:8080" }', tls, ISSUER, MODEL, POLICIES]));
  });

  it("never carries a credential beyond loopback", () => {
    const message = refusal([LISTEN, ISSUER, MODEL.replace("https:", "http:"), POLICIES]);
    assert.match(message, /^sluice\.yaml:9:10: .*credential would travel over plain http/);
    assert.ok(
      load([LISTEN, ISSUER, MODEL.replace("https://api.openai.com", "http://127.0.0.1:9000"), POLICIES]),
    );
  });

  it("is refused for an issuer beyond loopback unless that is said", () => {
    assert.match(refusal([LISTEN, ISSUER.replace("https", "http"), MODEL, POLICIES]), /must be https/);
    assert.ok(load([LISTEN, `${ISSUER.replace("https", "http")}\n      insecure: true`, MODEL, POLICIES]));
  });
});

describe("addresses", () => {
  for (const wrong of ["8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:http"]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.match(refusal([`listen: { http: "${wrong}" }`, ISSUER, MODEL, POLICIES]), /expected host:port/);
    });
  }
});

describe("secrets", () => {
  const secretOf = (config: Config) => {
    const [connection] = config.written.connections;
    return config.secret(connection?.credential?.value ?? assert.fail());
  };

  it("are read from the environment, and described without their value", () => {
    const secret = secretOf(load(WHOLE, { MODEL_KEY: `${SECRET}\n` }));
    assert.equal(secret.read(), SECRET);
    assert.equal(secret.description, "set, from MODEL_KEY");
  });

  it("that are not set name their variable when they are used", () => {
    const secret = secretOf(load(WHOLE, { MODEL_KEY: "  " }));
    assert.equal(secret.description, "not set: MODEL_KEY");
    assert.throws(() => secret.read(), /MODEL_KEY is not set/);
  });

  it("are read anew from a file that was rotated", async () => {
    mkdirSync(join(base, "secrets"), { recursive: true });
    const path = join(base, "secrets", "model");
    writeFileSync(path, `${SECRET}\n`);
    const secret = secretOf(
      load([LISTEN, ISSUER, MODEL.replace("env: MODEL_KEY", "file: ./secrets/model"), POLICIES]),
    );
    assert.equal(secret.read(), SECRET);
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(path, "sk-rotated\n");
    assert.equal(secret.read(), "sk-rotated");
    rmSync(path);
    assert.throws(() => secret.read(), /cannot be read/);
  });

  it("cannot stand in the file, and a refusal does not repeat one", () => {
    const message = refusal([LISTEN, ISSUER, MODEL.replace("{ env: MODEL_KEY }", SECRET), POLICIES]);
    assert.match(message, /^sluice\.yaml:10:17: connections\[0\]\.credential/);
    assert.doesNotMatch(message, new RegExp(SECRET));
    const asName = refusal([LISTEN, ISSUER, MODEL.replace("MODEL_KEY", SECRET), POLICIES]);
    assert.match(asName, /the name of an environment variable/);
    assert.doesNotMatch(asName, new RegExp(SECRET));
  });

  it("stand in no message about another fault", () => {
    const message = refusal([LISTEN.replace("http:", "htp:"), ISSUER, MODEL, POLICIES], {
      MODEL_KEY: SECRET,
    });
    assert.doesNotMatch(message, new RegExp(SECRET));
  });
});

describe("files that a configuration names", () => {
  it("must hold PEM", () => {
    writeFileSync(join(base, "not.pem"), "nothing");
    const config = load(WHOLE);
    assert.throws(
      () => config.pem("not.pem", "tls.http.cert"),
      /sluice\.yaml: tls\.http\.cert: .*holds no PEM/,
    );
    assert.throws(() => config.pem("none.pem", "tls.http.cert"), /cannot be read/);
  });
});
