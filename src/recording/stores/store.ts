/**
 * What the session log demands of the place where its bytes lie. A store keeps bytes under byte
 * keys and knows nothing of sessions.
 *
 * The demands are few on purpose, so that a clustered store can meet them (NATS JetStream: an
 * atomic batch publish for `StoreBatch.commit`, direct get for `getMany`, an ordered consumer over a
 * subject prefix for `range`, subject purge for removal, stream limits for `freeBytes`):
 *
 * - a batch is atomic: all of it or nothing, seen by every read that starts after the commit resolved;
 * - a commit that rejects has an unknown result: the batch may be there or not, never in part;
 * - commits by one caller take effect in the order in which they were made;
 * - a range is read in pages; a page need not be a snapshot, but holds everything that was committed
 *   before its read began, in the order of unsigned bytes;
 * - no transactions over reads, no locks, no watch, no counters, no expiry;
 * - keys are at most 64 bytes, a batch has at most 10,000 operations, and a value is at most 64 KiB plus
 *   one record.
 *
 * Every failure is a `SluiceError`: `storage_failed`, or `invalid_config` where another process holds
 * the place.
 */
export interface Store {
  /** Name of the kind, as configuration spells it. */
  readonly kind: string;
  batch(): StoreBatch;
  /** The values of `keys` in their order; null where a key is absent. At most 1,000 keys. */
  getMany(keys: readonly Buffer[]): Promise<readonly (Buffer | null)[]>;
  /** One page of the keys in `[from, to)`. An empty page means that there is nothing more. */
  range(query: RangeQuery): Promise<readonly StorePair[]>;
  /** Like `range`, the values alone: for readers that know from them where they stand. */
  values(query: RangeQuery): Promise<readonly Buffer[]>;
  /**
   * Makes removal final: when it returns, nothing of what was removed from these ranges before stands
   * in any byte that the store keeps, except that keys may stand in its own bookkeeping until `reopen`.
   */
  compact(ranges: readonly KeyRange[]): Promise<void>;
  /** Bytes that may still be written; Infinity where the store has no such bound. */
  freeBytes(): Promise<number>;
  /** Bytes that the store takes now. */
  usedBytes(): Promise<number>;
  /** Lets go of everything held in memory and starts again from what is stored. Waits for the reads
   *  and writes under way, holds the ones that follow until it has finished. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Operations that become durable together. */
export interface StoreBatch {
  /** Copies key and value before it returns: the caller may use the bytes again. */
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
  /** @param sync true: survives the loss of power; false: survives the death of the process. */
  commit(sync: boolean): Promise<void>;
}

export interface KeyRange {
  readonly from: Buffer;
  readonly to: Buffer;
}

export interface RangeQuery extends KeyRange {
  /** From the last key backwards. */
  readonly reverse?: boolean;
  readonly limit: number;
  /** Stops after the pair that passes this many bytes of values; at least one pair is returned. */
  readonly maxBytes: number;
}

export interface StorePair {
  readonly key: Buffer;
  readonly value: Buffer;
}
