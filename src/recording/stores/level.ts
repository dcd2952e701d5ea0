import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { SluiceError } from "../../domain/errors.js";
import { TurnGate } from "../turn-gate.js";
import type { KeyRange, RangeQuery, Store, StoreBatch, StorePair } from "./store.js";

export interface LevelStoreOptions {
  /** Directory of the database; made when absent, unless `mustExist`. */
  readonly path: string;
  /** True: an absent database is an error instead of a new one. Default false. */
  readonly mustExist?: boolean;
}

type Bytes = Level<Buffer, Buffer>;

/** What the embedded database offers beyond the interface that it shares with browsers. */
interface Compacting {
  compactRange(from: Buffer, to: Buffer): Promise<void>;
}

function canCompact(database: Bytes): database is Bytes & Compacting {
  return "compactRange" in database;
}

/**
 * The embedded store: LevelDB in one directory, held by one process.
 *
 * @throws SluiceError `invalid_config` where another process holds the directory or, with `mustExist`,
 * none is there; `storage_failed` for everything else.
 */
export async function openLevelStore(options: LevelStoreOptions): Promise<Store> {
  const database: Bytes = new Level(options.path, {
    keyEncoding: "buffer",
    valueEncoding: "buffer",
    createIfMissing: options.mustExist !== true,
  });
  await openDatabase(database, options.path);
  return new LevelStore(database, options.path);
}

class LevelStore implements Store {
  readonly kind = "level";
  readonly #database: Bytes;
  readonly #path: string;
  readonly #gate = new TurnGate();

  constructor(database: Bytes, path: string) {
    this.#database = database;
    this.#path = path;
  }

  batch(): StoreBatch {
    const database = this.#database;
    // A chained batch copies at once into native memory; one made while the database is closed for a
    // moment has to wait, so its operations are kept until then.
    if (this.#gate.closed || database.status !== "open") return this.#lateBatch();
    const batch = database.batch();
    return {
      put: (key, value) => {
        batch.put(key, value);
      },
      remove: (key) => {
        batch.del(key);
      },
      commit: async (sync) => {
        // The gate may have closed between the making of the batch and its commit: both happen in one
        // synchronous stretch of the commit loop, so an open chained batch is always written.
        await this.#gate.pass(async () => batch.write({ sync })).catch(throwStorageFailed);
      },
    };
  }

  #lateBatch(): StoreBatch {
    const operations: ({ type: "put"; key: Buffer; value: Buffer } | { type: "del"; key: Buffer })[] = [];
    return {
      put: (key, value) => {
        operations.push({ type: "put", key: Buffer.from(key), value: Buffer.from(value) });
      },
      remove: (key) => {
        operations.push({ type: "del", key: Buffer.from(key) });
      },
      commit: async (sync) => {
        await this.#gate
          .pass(async () => this.#database.batch(operations, { sync }))
          .catch(throwStorageFailed);
      },
    };
  }

  async getMany(keys: readonly Buffer[]): Promise<readonly (Buffer | null)[]> {
    const values = await this.#gate
      .pass(async () => this.#database.getMany([...keys]))
      .catch(throwStorageFailed);
    return values.map((value) => value ?? null);
  }

  async range(query: RangeQuery): Promise<readonly StorePair[]> {
    return this.#gate.pass(async () => this.#page(query)).catch(throwStorageFailed);
  }

  async #page(query: RangeQuery): Promise<readonly StorePair[]> {
    const rows = await taken(this.#database.iterator(optionsOf(query)), query, ([, value]) => value.length);
    return rows.map(([key, value]) => ({ key, value }));
  }

  /** Keys are not even copied out of the database, which is a third of what a small value costs. */
  async values(query: RangeQuery): Promise<readonly Buffer[]> {
    return this.#gate.pass(async () => this.#values(query)).catch(throwStorageFailed);
  }

  async #values(query: RangeQuery): Promise<readonly Buffer[]> {
    return taken(this.#database.values(optionsOf(query)), query, (value) => value.length);
  }

  async compact(ranges: readonly KeyRange[]): Promise<void> {
    await this.#gate.pass(async () => this.#compactAll(ranges)).catch(throwStorageFailed);
  }

  /**
   * LevelDB drops a removed value only when a compaction merges it with its tombstone into a deeper
   * level. A value and its tombstone that were flushed together lie in one table, which no compaction
   * of that range would touch; tombstones at both ends of the range, flushed on their own, force the
   * second merge.
   */
  async #compactAll(ranges: readonly KeyRange[]): Promise<void> {
    const database = this.#database;
    if (!canCompact(database)) throw new SluiceError("internal", "This build of level cannot compact.");
    for (const { from, to } of ranges) {
      await database.compactRange(from, to);
      await database.batch([
        { type: "del", key: from },
        { type: "del", key: to },
      ]);
      await database.compactRange(from, to);
    }
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#path).catch(throwStorageFailed);
    return bavail * bsize;
  }

  async usedBytes(): Promise<number> {
    const names = await readdir(this.#path).catch(throwStorageFailed);
    let total = 0;
    for (const name of names) {
      // A compaction may remove a table between the listing and the look.
      const found = await stat(join(this.#path, name)).catch(() => null);
      total += found?.size ?? 0;
    }
    return total;
  }

  async reopen(): Promise<void> {
    await this.#gate.alone(async () => {
      await this.#database.close().catch(throwStorageFailed);
      await openDatabase(this.#database, this.#path);
    });
  }

  async close(): Promise<void> {
    await this.#gate.alone(async () => this.#database.close()).catch(throwStorageFailed);
  }
}

function optionsOf({ from, to, reverse, limit, maxBytes }: RangeQuery) {
  const highWaterMarkBytes = Math.min(maxBytes, 256 * 1024);
  return { gte: from, lt: to, reverse: reverse === true, limit, highWaterMarkBytes };
}

/** What an iterator gives up to the limits of a query; it is closed afterwards. */
async function taken<T>(
  iterator: { nextv(size: number): Promise<T[]>; close(): Promise<void> },
  { limit, maxBytes }: RangeQuery,
  bytesOf: (item: T) => number,
): Promise<readonly T[]> {
  try {
    const items: T[] = [];
    let bytes = 0;
    while (items.length < limit && bytes < maxBytes) {
      const some = await iterator.nextv(Math.min(1000, limit - items.length));
      if (some.length === 0) break;
      for (const item of some) {
        bytes += bytesOf(item);
        items.push(item);
      }
    }
    return items;
  } finally {
    await iterator.close();
  }
}

async function openDatabase(database: Bytes, path: string): Promise<void> {
  try {
    await database.open();
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (code === "LEVEL_LOCKED") {
      throw new SluiceError(
        "invalid_config",
        `The data directory ${path} is in use by another process. Stop that process, or give this one a directory of its own.`,
        { field: "recording.path" },
        { cause },
      );
    }
    if (cause instanceof Error && cause.message.includes("does not exist")) {
      throw new SluiceError("invalid_config", `There is no session log in ${path}.`, {}, { cause });
    }
    throw new SluiceError("storage_failed", `The session log in ${path} could not be opened.`, {}, { cause });
  }
}

function throwStorageFailed(thrown: unknown): never {
  if (thrown instanceof SluiceError) throw thrown;
  throw new SluiceError(
    "storage_failed",
    "The session log could not be read or written.",
    {},
    {
      cause: thrown,
    },
  );
}
