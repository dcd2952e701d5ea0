import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openStore, STORE_KINDS } from "../../src/recording/stores/index.js";
import { openLevelStore } from "../../src/recording/stores/level.js";
import { storeContract } from "../contracts/store-contract.js";
import { inDirectory } from "./fixtures.js";

for (const kind of STORE_KINDS) {
  storeContract(kind, async () => {
    const path = await mkdtemp(join(tmpdir(), "sluice-store-"));
    return {
      store: await openStore({ kind, path }),
      remove: () => rm(path, { recursive: true, force: true }),
    };
  });
}

describe("level store", () => {
  it("refuses a directory that is in use, with the way out", async () => {
    await inDirectory(async (path) => {
      const store = await openLevelStore({ path });
      await assert.rejects(openLevelStore({ path }), {
        code: "invalid_config",
        message: /in use by another process/,
      });
      await store.close();
    });
  });

  it("makes no directory where one must exist", async () => {
    await inDirectory(async (path) => {
      await assert.rejects(openLevelStore({ path: join(path, "none"), mustExist: true }), {
        code: "invalid_config",
      });
    });
  });

  it("leaves no byte of a removed value after compaction and reopening", async () => {
    await inDirectory(async (path) => {
      const store = await openLevelStore({ path });
      const secret = "c0ffee-secret-value";
      for (let round = 0; round < 3; round++) {
        const batch = store.batch();
        for (let index = 0; index < 50; index++)
          batch.put(Buffer.from(`k${index}`), Buffer.from(`${secret}${index}`));
        await batch.commit(false);
        const removal = store.batch();
        for (let index = 0; index < 50; index++) removal.remove(Buffer.from(`k${index}`));
        await removal.commit(false);
        await store.compact([{ from: Buffer.from("k"), to: Buffer.from("l") }]);
        await store.reopen();
        for (const name of await readdir(path)) {
          const bytes = await readFile(join(path, name));
          assert.equal(bytes.includes("c0ffee"), false, `${name} in round ${round}`);
        }
      }
      await store.close();
    });
  });
});
