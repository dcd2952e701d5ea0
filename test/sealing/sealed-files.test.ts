import assert from "node:assert/strict";
import { chmod, copyFile, link, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { decodeProtectedHeader } from "jose";
import { KeyRing } from "../../src/sealing/key-ring.js";
import { SealedFiles } from "../../src/sealing/sealed-files.js";

const PROMPT = Buffer.from(JSON.stringify({ model: "m", messages: [{ content: "What was Q3 revenue?" }] }));

describe("sealed files", () => {
  let root = "";
  let ring: KeyRing;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "sluice-sealed-"));
    ring = await KeyRing.open({ dir: join(root, "keys") });
  });
  after(() => rm(root, { recursive: true, force: true }));
  const folder = async (name: string) => {
    const dir = join(root, name);
    return { dir, files: await SealedFiles.open({ dir, ring }) };
  };

  it("gives back what was put, also after a restart, and never shows it on disk", async () => {
    const { dir, files } = await folder("round");
    await files.put("a1", PROMPT);
    const raw = await readFile(join(dir, "a1.jwe"));
    assert.ok(!raw.includes("revenue"));
    assert.ok(!raw.includes(PROMPT.toString("base64url").slice(8, 24)));
    assert.equal((await stat(join(dir, "a1.jwe"))).mode & 0o777, 0o600);
    const reopened = await SealedFiles.open({ dir, ring: await KeyRing.open({ dir: join(root, "keys") }) });
    assert.deepEqual(Buffer.from((await reopened.get("a1")) ?? []), PROMPT);
    assert.deepEqual(
      (await reopened.list()).map((file) => file.id),
      ["a1"],
    );
  });

  it("seals each file under a data key of its own", async () => {
    const { dir, files } = await folder("own-key");
    await files.put("a", PROMPT);
    await files.put("b", PROMPT);
    const wrapped = async (id: string) => (await readFile(join(dir, `${id}.jwe`), "latin1")).split(".")[1];
    assert.notEqual(await wrapped("a"), await wrapped("b"));
    const header = decodeProtectedHeader(await readFile(join(dir, "a.jwe"), "latin1"));
    assert.deepEqual([header.alg, header.enc, header.kid], ["A256KW", "A256GCM", ring.sealingKey.id]);
  });

  it("leaves nothing behind once removed: another name of the file holds noise", async () => {
    const { dir, files } = await folder("remove");
    await files.put("gone", PROMPT);
    const before = await readFile(join(dir, "gone.jwe"), "latin1");
    await link(join(dir, "gone.jwe"), join(root, "second-name"));
    await files.remove("gone");
    assert.equal(await files.get("gone"), null);
    assert.deepEqual(await readdir(dir), []);
    const left = await readFile(join(root, "second-name"), "latin1");
    assert.equal(left.length, before.length);
    assert.ok(!left.includes(before.slice(10, 30)));
    await files.remove("gone");
  });

  it("refuses a file that was swapped for another one", async () => {
    const { dir, files } = await folder("swap");
    await files.put("mine", PROMPT);
    await files.put("yours", Buffer.from("other"));
    await copyFile(join(dir, "yours.jwe"), join(dir, "mine.jwe"));
    await assert.rejects(files.get("mine"), { code: "storage_failed", message: /belongs to another name/ });
  });

  it("refuses a file with one changed byte, a cut one and an empty one", async () => {
    const { dir, files } = await folder("damage");
    await files.put("d", PROMPT);
    const whole = await readFile(join(dir, "d.jwe"));
    for (const bytes of [
      flipped(whole, whole.length - 5),
      whole.subarray(0, whole.length - 30),
      Buffer.alloc(0),
    ]) {
      await writeFile(join(dir, "d.jwe"), bytes);
      await assert.rejects(files.get("d"), { code: "storage_failed", message: /is damaged/ });
    }
  });

  it("reads under a rotated key, and re-seals so that the old key can go", async () => {
    const { dir, files } = await folder("rotate");
    await files.put("old", PROMPT);
    const next = await ring.rotateSealing();
    assert.deepEqual(Buffer.from((await files.get("old")) ?? []), PROMPT);
    assert.equal(await files.reseal(), 1);
    assert.equal(decodeProtectedHeader(await readFile(join(dir, "old.jwe"), "latin1")).kid, next);
  });

  it("says so when the key is gone", async () => {
    const { dir, files } = await folder("lost-key");
    await files.put("x", PROMPT);
    const other = await KeyRing.open({ dir: join(root, "other-keys") });
    const stranger = await SealedFiles.open({ dir, ring: other });
    await assert.rejects(stranger.get("x"), { code: "storage_failed", message: /no longer in keys\.dir/ });
  });

  it("destroys half-written files at the start", async () => {
    const { dir, files } = await folder("crash");
    await files.put("kept", PROMPT);
    await writeFile(join(dir, ".new-abc"), "half");
    const again = await SealedFiles.open({ dir, ring });
    assert.deepEqual(await readdir(dir), ["kept.jwe"]);
    assert.equal((await again.list()).length, 1);
  });

  it("refuses more files or bytes than its limits, and takes more once one is gone", async () => {
    const dir = join(root, "limits");
    const files = await SealedFiles.open({ dir, ring, maxFiles: 2, maxTotalBytes: 1000 });
    await files.put("a", Buffer.alloc(10));
    await files.put("b", Buffer.alloc(10));
    await assert.rejects(files.put("c", Buffer.alloc(1)), { code: "overloaded" });
    await assert.rejects(files.put("b", Buffer.alloc(2000)), { code: "overloaded" });
    await files.put("a", Buffer.alloc(11));
    await files.remove("b");
    await files.put("c", Buffer.alloc(1));
  });

  it("refuses names that leave the folder", async () => {
    const { files } = await folder("names");
    for (const id of ["../x", "a/b", "", ".hidden", "a".repeat(65)]) {
      await assert.rejects(async () => files.put(id, PROMPT), { code: "internal" });
    }
  });

  it("refuses a folder that others can enter", async () => {
    const { dir } = await folder("mode");
    await chmod(dir, 0o750);
    await assert.rejects(SealedFiles.open({ dir, ring }), { code: "invalid_config", message: /chmod 700/ });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) === 0x41 ? 0x42 : 0x41;
  return copy;
}
