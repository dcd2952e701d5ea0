import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { register } from "../../src/cli/serve.js";

const CONFIG = (revoked: string): string => `listen: { http: "127.0.0.1:0", grpc: "127.0.0.1:0" }
identity:
  revoked: [${revoked}]
  issuers: [{ issuer: "http://127.0.0.1:9", audiences: [sluice] }]
connections: [{ name: demo, dialect: demo, models: [demo] }]
recording: { store: memory, minFree: 0B }
policies: ./policies.yaml
log: { level: silent }
`;
const POLICIES = (words: string): string => `policies:
  - name: p
    who: { everyone: true }
    connections: [demo]
    models: [demo]
    prompt: [{ id: d, deny: { words: [${words}] } }]
`;

describe("sluice serve", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-serve-"));
  const config = join(folder, "sluice.yaml");
  const policies = join(folder, "policies.yaml");
  const stop = new AbortController();
  let hangup = (): void => {};
  let url = "";
  let code: Promise<number>;

  before(async () => {
    writeFileSync(config, CONFIG(""));
    writeFileSync(policies, POLICIES("one"));
    const stderr = new PassThrough();
    let said = "";
    stderr.on("data", (part: Buffer) => {
      said += part;
    });
    const program = new Command("sluice").exitOverride();
    code = new Promise((resolve, reject) => {
      const io = {
        stdin: Readable.from([]),
        stdout: new PassThrough(),
        stderr,
        isTerminal: false,
        signal: stop.signal,
        hangup: (listener: () => void) => {
          hangup = listener;
          return () => {};
        },
      };
      register(program, io, resolve);
      program.parseAsync(["serve", "--config", config], { from: "user" }).catch(reject);
    });
    while (!said.includes("\n")) await Promise.race([pause(20), code]);
    url = `http://${/http ([\d.:]+)/.exec(said)?.[1]}`;
  });
  after(() => rmSync(folder, { recursive: true }));

  async function inForce(): Promise<string> {
    const response = await fetch(`${url}/readyz`);
    const { policies: told } = (await response.json()) as { policies: { version: string; reload: string } };
    return `${told.reload} ${told.version}`;
  }

  async function changed(from: string): Promise<string> {
    for (let tries = 0; tries < 200; tries++) {
      const now = await inForce();
      if (now !== from) return now;
      await pause(50);
    }
    return from;
  }

  it("takes up a changed file by itself, and at once on a hang-up", async () => {
    const first = await inForce();
    writeFileSync(policies, POLICIES("two"));
    hangup();
    const second = await inForce();
    assert.match(second, /^ok /);
    assert.notEqual(second, first);
    // The file is looked at every second; what the hang-up has read already changes nothing.
    writeFileSync(policies, POLICIES("three, four"));
    const third = await changed(second);
    assert.match(third, /^ok /);
    writeFileSync(config, CONFIG("{"));
    assert.match(await changed(third), /^refused /);
    writeFileSync(config, CONFIG("mallory"));
    hangup();
    assert.equal(await inForce(), third);
  });

  it("ends with 0 when it is asked to", async () => {
    stop.abort();
    assert.equal(await code, 0);
    await assert.rejects(fetch(`${url}/livez`));
  });
});
