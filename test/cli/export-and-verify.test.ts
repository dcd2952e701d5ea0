import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { EXIT } from "../../src/cli/io.js";
import { signingKeyFiles } from "../../src/cli/public-keys.js";
import { parseSessionId } from "../../src/domain/session-id.js";
import { pageRange, sessionBytes } from "../../src/recording/keys.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { type CliWorld, openCliWorld } from "./cli-world.js";
import { runCli } from "./run-cli.js";

/** In this order: the last ones need the gateway to be gone. */
describe("sluice sessions export, rm and verify", () => {
  let world: CliWorld;
  let session: string;
  let file: string;

  before(async () => {
    world = await openCliWorld();
    session = await world.ask("Draft the reply to the customer");
    file = join(world.folder, "session.ndjson");
  });
  after(() => world.close());

  const keys = (): readonly string[] =>
    signingKeyFiles(join(world.folder, "keys")).flatMap((path) => ["--public-key", path]);

  it("writes an export that others cannot read, and verifies it offline with the key", async () => {
    const written = await world.as("operator", ["sessions", "export", session, "--output", file]);
    assert.equal(written.code, EXIT.ok, written.stderr);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { code, stdout } = await runCli(["verify", "--export", file, ...keys(), "--json"]);
    assert.equal(code, EXIT.ok);
    const { intact, unknown } = JSON.parse(stdout) as { intact: boolean; unknown: string[] };
    assert.deepEqual([intact, unknown], [true, []]);
  });

  it("says what it does not know where no key is given", async () => {
    const { code, stderr } = await runCli(["verify", "--export", file]);
    assert.equal(code, EXIT.ok);
    assert.match(stderr, /not known: The signature was not checked/);
  });

  it("leaves a file that exists alone", async () => {
    const before = readFileSync(file, "utf8");
    const { code } = await world.as("operator", ["sessions", "export", session, "--output", file]);
    assert.equal(code, EXIT.usage);
    assert.equal(readFileSync(file, "utf8"), before);
  });

  it("leaves no file behind where there is nothing to export", async () => {
    const path = join(world.folder, "nothing.ndjson");
    const { code } = await world.as("operator", [
      "sessions",
      "export",
      "01890000-0000-7000-8000-000000000000",
      "--output",
      path,
    ]);
    assert.equal(code, EXIT.notFound);
    assert.throws(() => statSync(path));
  });

  it("exits with 1 and the line for an export that was changed", async () => {
    const changed = join(world.folder, "changed.ndjson");
    writeFileSync(changed, readFileSync(file, "utf8").replace("<EMAIL_ADDRESS>", "<PHONE_NUMBER>"));
    const { code, stdout } = await runCli(["verify", "--export", changed, ...keys()]);
    assert.equal(code, EXIT.no);
    assert.match(stdout, /NOT INTACT: 1 problem/);
    assert.match(stdout, /Line \d+/);
  });

  it("exits with 1 for an export whose end was cut off", async () => {
    const cut = join(world.folder, "cut.ndjson");
    const whole = readFileSync(file, "utf8").trimEnd().split("\n");
    writeFileSync(cut, `${whole.slice(0, -1).join("\n")}\n`);
    assert.equal((await runCli(["verify", "--export", cut, ...keys()])).code, EXIT.no);
  });

  it("writes a terminal recording", async () => {
    const { code, stdout } = await world.as("operator", [
      "sessions",
      "export",
      session,
      "--format",
      "asciicast",
    ]);
    assert.equal(code, EXIT.ok);
    assert.equal((JSON.parse(stdout.split("\n")[0] ?? "") as { version: number }).version, 3);
  });

  it("verifies everything through the gateway", async () => {
    const { code, stdout } = await world.as("operator", ["verify", "--json"]);
    assert.equal(code, EXIT.ok);
    assert.equal((JSON.parse(stdout) as { intact: boolean }).intact, true);
  });

  it("refuses to read the folder of a gateway that runs", async () => {
    const { code, stderr } = await runCli(["verify", "--dir", join(world.folder, "data")]);
    assert.equal(code, EXIT.no);
    assert.match(stderr, /use|lock/i);
  });

  it("deletes a session, which is then not found", async () => {
    const gone = await world.ask("Draft the reply to the customer");
    const removed = await world.as("operator", ["sessions", "rm", gone, "--yes", "--json"]);
    assert.deepEqual(JSON.parse(removed.stdout), { sessionId: gone, deleted: true });
    assert.equal((await world.as("developer", ["sessions", "get", gone])).code, EXIT.notFound);
  });

  it("reads a folder offline, and names what was taken out of it", async () => {
    await world.stopGateway();
    const whole = await runCli(["verify", "--config", world.configFile, "--json"]);
    assert.equal(whole.code, EXIT.ok, whole.stderr);
    await removeFirstPage(join(world.folder, "data"), session);
    const { code, stdout } = await runCli(["verify", "--dir", join(world.folder, "data")]);
    assert.equal(code, EXIT.no);
    assert.match(stdout, new RegExp(session));
  });

  it("exits with 1 for a folder that holds no log", async () => {
    const { code } = await runCli(["verify", "--dir", join(world.folder, "nowhere")]);
    assert.equal(code, EXIT.no);
  });
});

async function removeFirstPage(path: string, session: string): Promise<void> {
  const store = await openLevelStore({ path, mustExist: true });
  const id = parseSessionId(session) ?? assert.fail();
  const [page] = await store.range({ ...pageRange(sessionBytes(id)), limit: 1, maxBytes: 1 << 20 });
  const batch = store.batch();
  batch.remove(page?.key ?? assert.fail());
  await batch.commit(true);
  await store.close();
}
