import type { KeyRange, RangeQuery, Store, StoreBatch, StorePair } from "./store.js";

type Operation = { readonly key: string; readonly value: Buffer | null };

/** A store in memory, for tests and for gateways that shall keep nothing. Keys are held as latin1
 *  strings, whose order is the order of the bytes. */
export class MemoryStore implements Store {
  readonly kind = "memory";
  readonly #values = new Map<string, Buffer>();
  #sorted: string[] | null = [];
  #usedBytes = 0;

  batch(): StoreBatch {
    const operations: Operation[] = [];
    return {
      put: (key, value) => {
        operations.push({ key: key.toString("latin1"), value: Buffer.from(value) });
      },
      remove: (key) => {
        operations.push({ key: key.toString("latin1"), value: null });
      },
      commit: async () => {
        for (const operation of operations) this.#apply(operation);
      },
    };
  }

  #apply(operation: Operation): void {
    const before = this.#values.get(operation.key);
    if (before !== undefined) this.#usedBytes -= before.length + operation.key.length;
    if (operation.value === null) {
      if (this.#values.delete(operation.key)) this.#sorted = null;
      return;
    }
    this.#usedBytes += operation.value.length + operation.key.length;
    this.#values.set(operation.key, operation.value);
    if (before === undefined) this.#insert(operation.key);
  }

  /** New keys mostly come last; anything else has the order made again at the next read. */
  #insert(key: string): void {
    const sorted = this.#sorted;
    if (sorted === null) return;
    const last = sorted[sorted.length - 1];
    if (last === undefined || last < key) sorted.push(key);
    else this.#sorted = null;
  }

  async getMany(keys: readonly Buffer[]): Promise<readonly (Buffer | null)[]> {
    return keys.map((key) => this.#values.get(key.toString("latin1")) ?? null);
  }

  async range(query: RangeQuery): Promise<readonly StorePair[]> {
    if (this.#sorted === null) this.#sorted = [...this.#values.keys()].sort();
    const sorted = this.#sorted;
    const low = firstAtLeast(sorted, query.from.toString("latin1"));
    const high = firstAtLeast(sorted, query.to.toString("latin1"));
    const pairs: StorePair[] = [];
    let bytes = 0;
    for (let step = 0; step < high - low && pairs.length < query.limit && bytes < query.maxBytes; step++) {
      const key = sorted[query.reverse === true ? high - 1 - step : low + step];
      const value = key === undefined ? undefined : this.#values.get(key);
      if (key === undefined || value === undefined) break;
      bytes += value.length;
      pairs.push({ key: Buffer.from(key, "latin1"), value });
    }
    return pairs;
  }

  async values(query: RangeQuery): Promise<readonly Buffer[]> {
    return (await this.range(query)).map(({ value }) => value);
  }

  async compact(_ranges: readonly KeyRange[]): Promise<void> {}

  async freeBytes(): Promise<number> {
    return Number.POSITIVE_INFINITY;
  }

  async usedBytes(): Promise<number> {
    return this.#usedBytes;
  }

  async reopen(): Promise<void> {}

  async close(): Promise<void> {}
}

function firstAtLeast(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
