import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Store } from "../../src/recording/stores/store.js";

/** What every store must do; `open` gives an empty one, `close` lets go of it. */
export function storeContract(
  name: string,
  make: () => Promise<{ store: Store; remove(): Promise<void> }>,
): void {
  const key = (text: string): Buffer => Buffer.from(text, "latin1");

  async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
    const { store, remove } = await make();
    try {
      await work(store);
    } finally {
      await store.close();
      await remove();
    }
  }

  async function put(store: Store, pairs: Readonly<Record<string, string>>): Promise<void> {
    const batch = store.batch();
    for (const [name, value] of Object.entries(pairs)) batch.put(key(name), Buffer.from(value));
    await batch.commit(false);
  }

  describe(`store ${name}`, () => {
    it("gives back what was committed, and null for what was not", async () => {
      await withStore(async (store) => {
        await put(store, { a: "1", b: "" });
        const found = await store.getMany([key("b"), key("x"), key("a")]);
        assert.deepEqual(
          found.map((value) => value?.toString() ?? null),
          ["", null, "1"],
        );
      });
    });

    it("shows nothing of a batch before its commit, and all of it after", async () => {
      await withStore(async (store) => {
        const batch = store.batch();
        batch.put(key("a"), key("1"));
        batch.put(key("b"), key("2"));
        assert.deepEqual(await store.getMany([key("a"), key("b")]), [null, null]);
        await batch.commit(true);
        const range = await store.range({ from: key("a"), to: key("z"), limit: 9, maxBytes: 99 });
        assert.equal(range.length, 2);
      });
    });

    it("copies what it is given", async () => {
      await withStore(async (store) => {
        const bytes = Buffer.from("before");
        const batch = store.batch();
        batch.put(bytes, bytes);
        bytes.write("after!");
        await batch.commit(false);
        const [value] = await store.getMany([Buffer.from("before")]);
        assert.equal(value?.toString(), "before");
      });
    });

    it("reads a range in the order of unsigned bytes, both ways, in pages", async () => {
      await withStore(async (store) => {
        await put(store, { "\xff": "", "\x00": "", "a\x00": "", a: "", "\x80": "", b: "" });
        const all = { from: key("\x00"), to: key("\xff"), maxBytes: 1000 };
        const names = async (query: Parameters<Store["range"]>[0]) =>
          (await store.range(query)).map((pair) => pair.key.toString("latin1"));
        assert.deepEqual(await names({ ...all, limit: 10 }), ["\x00", "a", "a\x00", "b", "\x80"]);
        assert.deepEqual(await names({ ...all, limit: 2 }), ["\x00", "a"]);
        assert.deepEqual(await names({ ...all, limit: 2, reverse: true }), ["\x80", "b"]);
        assert.deepEqual(await names({ ...all, from: key("c"), to: key("d"), limit: 2 }), []);
      });
    });

    it("gives the values of a range alone, the same ones in the same pages", async () => {
      await withStore(async (store) => {
        await put(store, { a: "1".repeat(2000), b: "2", c: "3", d: "4" });
        for (const [limit, maxBytes] of [
          [10, 1000],
          [2, 1_000_000],
          [10, 1_000_000],
        ] as const) {
          for (const reverse of [false, true]) {
            const query = { from: key("a"), to: key("d"), limit, maxBytes, reverse };
            const pairs = await store.range(query);
            assert.deepEqual(
              await store.values(query),
              pairs.map(({ value }) => value),
            );
          }
        }
      });
    });

    it("ends a page after the pair that passes its bytes, and gives at least one", async () => {
      await withStore(async (store) => {
        await put(store, { a: "x".repeat(100_000), b: "y".repeat(100_000), c: "z".repeat(100_000) });
        const query = { from: key("a"), to: key("z"), limit: 10 };
        assert.equal((await store.range({ ...query, maxBytes: 1 })).length, 1);
        assert.equal((await store.range({ ...query, maxBytes: 150_000 })).length, 2);
        assert.equal((await store.range({ ...query, maxBytes: 1_000_000 })).length, 3);
      });
    });

    it("removes, overwrites, and keeps the later of two batches", async () => {
      await withStore(async (store) => {
        await put(store, { a: "1", b: "1" });
        const batch = store.batch();
        batch.remove(key("a"));
        batch.put(key("b"), key("2"));
        const later = store.batch();
        later.put(key("b"), key("3"));
        await Promise.all([batch.commit(false), later.commit(false)]);
        const found = await store.getMany([key("a"), key("b")]);
        assert.deepEqual(
          found.map((value) => value?.toString() ?? null),
          [null, "3"],
        );
      });
    });

    it("goes on with what was committed after it was reopened, with reads and writes under way", async () => {
      await withStore(async (store) => {
        await put(store, { a: "1" });
        const under = [
          put(store, { b: "2" }),
          store.getMany([key("a")]),
          store.reopen(),
          put(store, { c: "3" }),
        ];
        await Promise.all([...under, store.range({ from: key("a"), to: key("z"), limit: 9, maxBytes: 9 })]);
        const found = await store.range({ from: key("a"), to: key("z"), limit: 9, maxBytes: 9 });
        assert.equal(found.length, 3);
      });
    });

    it("says what room it takes and has", async () => {
      await withStore(async (store) => {
        await put(store, { a: "1".repeat(5000) });
        assert.ok((await store.usedBytes()) > 0);
        assert.ok((await store.freeBytes()) > 0);
      });
    });
  });
}
