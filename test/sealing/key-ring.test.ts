import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { KeyRing } from "../../src/sealing/key-ring.js";
import fc from "../support/seeded-check.js";

describe("the key ring", () => {
  let root = "";
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "sluice-keys-"));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("makes its files once, mode 0600 in a folder of mode 0700, and finds them again", async () => {
    const dir = join(root, "fresh");
    const first = await KeyRing.open({ dir });
    const second = await KeyRing.open({ dir });
    assert.equal(first.fingerprint, second.fingerprint);
    assert.deepEqual(first.hashKey("t"), second.hashKey("t"));
    assert.equal(first.signing.id, second.signing.id);
    assert.deepEqual(first.sealingKey, second.sealingKey);
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
    const names = await readdir(dir);
    assert.equal(names.length, 4);
    for (const name of names) assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600, name);
  });

  it("refuses a key that the group can read, and says what to run", async () => {
    const dir = join(root, "readable");
    await KeyRing.open({ dir });
    await chmod(join(dir, "hmac.key"), 0o640);
    await assert.rejects(KeyRing.open({ dir }), {
      code: "invalid_config",
      message: /hmac\.key has mode 640.*chmod 600/,
    });
  });

  it("refuses a folder that others can enter", async () => {
    const dir = join(root, "open-folder");
    await KeyRing.open({ dir });
    await chmod(dir, 0o755);
    await assert.rejects(KeyRing.open({ dir }), { code: "invalid_config", message: /chmod 700/ });
  });

  for (const name of ["hmac.key", "hash.key"]) {
    it(`refuses a damaged ${name} rather than making another, and does not quote it`, async () => {
      const dir = join(root, `damaged-${name}`);
      await KeyRing.open({ dir });
      await writeFile(join(dir, name), "SOME-SECRET-REST", { mode: 0o600 });
      await assert.rejects(KeyRing.open({ dir }), (error: Error) => {
        assert.match(error.message, /restore it from a backup/);
        assert.doesNotMatch(error.message, /SOME-SECRET/);
        return true;
      });
    });
  }

  it("refuses a damaged signing key", async () => {
    const dir = join(root, "damaged-signing");
    await KeyRing.open({ dir });
    const name = (await readdir(dir)).find((entry) => entry.startsWith("signing-")) ?? "";
    await writeFile(join(dir, name), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    await assert.rejects(KeyRing.open({ dir }), { code: "invalid_config", message: /Ed25519/ });
  });

  it("writes with the newest sealing key and keeps the older one readable", async () => {
    const dir = join(root, "rotate");
    const ring = await KeyRing.open({ dir });
    const old = ring.sealingKey;
    const id = await ring.rotateSealing();
    assert.equal(ring.sealingKey.id, id);
    const again = await KeyRing.open({ dir });
    assert.equal(again.sealingKey.id, id);
    assert.deepEqual(again.findSealingKey(old.id), old);
  });

  it("verifies what a rotated signing key signed, and holds its private half no longer", async () => {
    const dir = join(root, "rotate-signing");
    const ring = await KeyRing.open({ dir });
    const bytes = Buffer.from("head 1");
    const { keyId, signature } = ring.signing.sign(bytes);
    const next = await ring.signing.rotate();
    assert.notEqual(next, keyId);
    assert.ok(ring.signing.verify(keyId, bytes, signature));
    const again = await KeyRing.open({ dir });
    assert.equal(again.signing.id, next);
    assert.ok(again.signing.verify(keyId, bytes, signature));
    assert.ok(!again.signing.verify(keyId, Buffer.from("head 2"), signature));
    assert.ok(!again.signing.verify("ffffffffffffffff", bytes, signature));
    assert.equal((await readdir(dir)).filter((name) => /^signing-\d+\.pem$/.test(name)).length, 1);
    assert.equal(again.signing.publicKeys.length, 2);
  });

  it("gives equal digests to equal parts of one purpose only", async () => {
    const ring = await KeyRing.open({ dir: join(root, "digest") });
    const parts = fc.array(fc.string({ unit: "binary" }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = a.length === b.length && a.every((part, index) => part === b[index]);
        assert.equal(ring.digest("x", a) === ring.digest("x", b), same || equalUtf8(a, b));
        assert.notEqual(ring.digest("x", a), ring.digest("y", a));
        assert.ok(ring.digestEquals(ring.digest("x", a), "x", a));
      }),
    );
    assert.notEqual(ring.digest("x", ["ab", "c"]), ring.digest("x", ["a", "bc"]));
    assert.notEqual(ring.digest("x", ["a"]), ring.digest("x", ["a", ""]));
    assert.ok(!ring.digestEquals("zz", "x", []));
  });

  it("hashes equal values of two tenants with unequal keys", async () => {
    const ring = await KeyRing.open({ dir: join(root, "tenants") });
    assert.notDeepEqual(ring.hashKey("a"), ring.hashKey("b"));
  });
});

/** Lone surrogates become U+FFFD in UTF-8, so two such strings may digest alike. */
function equalUtf8(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length && a.every((part, index) => Buffer.from(part).equals(Buffer.from(b[index] ?? "")))
  );
}
