import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { EXIT } from "../../src/cli/io.js";
import { signingKeyFiles } from "../../src/cli/public-keys.js";
import type { SessionId } from "../../src/domain/session-id.js";
import { anchorFile } from "../../src/recording/anchor-exporter.js";
import { pageKey, seqOfPageKey, sessionBytes } from "../../src/recording/keys.js";
import { recordKeysOf } from "../../src/recording/record-keys.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import type { Store } from "../../src/recording/stores/store.js";
import { KeyRing } from "../../src/sealing/key-ring.js";
import { chunk, ended, opened, openLog } from "../recording/fixtures.js";
import { forgedPage, pagesOf, put } from "../recording/tamper.js";
import { type Ran, runCli } from "./run-cli.js";

/** Each in a copy of one directory, whose anchors were kept elsewhere. */
describe("sluice verify --anchor", () => {
  let folder: string;
  let data: string;
  let anchors: string;
  let keys: readonly string[] = [];
  let session: SessionId;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-verify-"));
    data = join(folder, "data");
    anchors = join(folder, "anchors.ndjson");
    const ring = await KeyRing.open({
      dir: join(folder, "keys"),
      randomBytes: (count) => randomBytes(count),
    });
    session = await record(ring);
    await cp(data, join(folder, "earlier"), { recursive: true });
    await record(ring);
    keys = signingKeyFiles(join(folder, "keys")).flatMap((path) => ["--public-key", path]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function record(ring: KeyRing): Promise<SessionId> {
    const { log } = await openLog({
      store: await openLevelStore({ path: data }),
      keys: recordKeysOf(ring),
      anchors: { sinks: [anchorFile(anchors)], everyMs: 60_000 },
    });
    const writer = log.begin(opened());
    for (let at = 0; at < 5; at++) {
      writer.append(chunk(`text number ${at} `));
      await writer.committed(writer.lastSeq);
    }
    writer.append(ended());
    await writer.committed(writer.lastSeq);
    await log.close();
    return writer.session;
  }

  function verify(dir: string): Promise<Ran> {
    return runCli(["verify", "--dir", dir, "--anchor", anchors, ...keys]);
  }

  async function afterTampering(name: string, tamper: (store: Store) => Promise<void>): Promise<Ran> {
    const copy = join(folder, name);
    await cp(data, copy, { recursive: true });
    const store = await openLevelStore({ path: copy, mustExist: true });
    await tamper(store);
    await store.close();
    return verify(copy);
  }

  function assertNamed({ code, stdout }: Ran, kind: string, detail: RegExp): void {
    assert.equal(code, EXIT.no);
    const line = stdout.split("\n").find((one) => one.startsWith(`  ${kind}: `));
    assert.match(line ?? assert.fail(stdout), detail);
  }

  it("exits with 0 for the directory as it was written, and knows everything", async () => {
    const { code, stdout, stderr } = await verify(data);
    assert.equal(code, EXIT.ok, stdout);
    assert.equal(stderr, "");
    assert.match(stdout, /^intact: 14 records of 2 sessions\n$/);
  });

  it("exits with 1 and names a changed record by session, entry and key", async () => {
    let changed = "";
    const ran = await afterTampering("changed", async (store) => {
      const page = (await pagesOf(store, session))[2] ?? assert.fail();
      changed = `entry ${seqOfPageKey(page.key)} .*key ${page.key.toString("hex")}`;
      const value = Buffer.from(page.value);
      value.write("T", value.indexOf("text"));
      await put(store, [[page.key, value]]);
    });
    assertNamed(ran, "changed_record", new RegExp(`${session}.*${changed}`));
  });

  it("exits with 1 and names a tail that was cut off", async () => {
    const ran = await afterTampering("cut", async (store) => {
      const page = (await pagesOf(store, session)).at(-1) ?? assert.fail();
      await put(store, [[page.key, null]]);
    });
    assertNamed(ran, "cut_tail", new RegExp(`${session} ends at entry 6; the ledger has seen entry 7`));
  });

  it("exits with 1 and names a session that was removed", async () => {
    const ran = await afterTampering("removed", async (store) => {
      const pages = await pagesOf(store, session);
      await put(
        store,
        pages.map(({ key }) => [key, null]),
      );
    });
    assertNamed(ran, "missing_session", new RegExp(session));
  });

  it("exits with 1 and names a directory that was put back", async () => {
    const ran = await verify(join(folder, "earlier"));
    assertNamed(ran, "rolled_back", /ends at record \d+, but record \d+ was signed at 20/);
  });

  it("exits with 1 and names a chain that was computed anew", async () => {
    const ran = await afterTampering("forged", async (store) => {
      const pages = await pagesOf(store, session);
      const texts = [0, 1, 2, 3, 4].map((at) => chunk(`forged ${at}`));
      const forged = forgedPage([opened({ session }), ...texts, ended()]);
      await put(store, [
        ...pages.map(({ key }) => [key, null] as const),
        [pageKey(sessionBytes(session), 1), forged],
      ]);
    });
    assertNamed(ran, "recomputed_chain", new RegExp(`${session} fits in itself`));
  });

  it("exits with 1 and names an anchor that nobody signed", async () => {
    const forged = join(folder, "forged-anchors.ndjson");
    await writeFile(
      forged,
      '{"v":1,"store":"00","seq":1,"link":"00","at":"2026-01-01T00:00:00Z"}\nnonsense\n',
    );
    const ran = await runCli(["verify", "--dir", data, "--anchor", forged, ...keys]);
    assertNamed(ran, "other_store", /Line 1 of the anchors/);
    assertNamed(ran, "bad_anchor", /Line 2 of the anchors/);
  });

  it("says the same as JSON, one object", async () => {
    const args = ["verify", "--dir", join(folder, "earlier"), "--anchor", anchors, ...keys, "--json"];
    const { code, stdout } = await runCli(args);
    assert.equal(code, EXIT.no);
    const { intact, problems } = JSON.parse(stdout) as { intact: boolean; problems: { kind: string }[] };
    assert.equal(intact, false);
    assert.ok(problems.every(({ kind }) => kind === "rolled_back"));
  });

  it("exits with 2 where the anchors cannot be read", async () => {
    const { code, stderr } = await runCli([
      "verify",
      "--dir",
      data,
      "--anchor",
      join(folder, "none"),
      ...keys,
    ]);
    assert.ok(code !== EXIT.ok);
    assert.match(stderr, /none could not be read/);
  });
});
