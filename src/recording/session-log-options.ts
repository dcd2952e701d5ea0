import type { Clock } from "../domain/time.js";
import type { AnchorSink } from "./anchor-exporter.js";
import type { LogNotice } from "./notice.js";
import type { RecordKeys } from "./record-keys.js";
import type { Store } from "./stores/store.js";

export interface SessionLogOptions {
  /** Owned by the log from now on: `close` closes it. */
  readonly store: Store;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly keys: RecordKeys;
  /** `commit` survives the death of the process, `fsync` the loss of power. Default `commit`. */
  readonly durability?: "commit" | "fsync";
  /** Entries that a producer may be ahead of the fastest live cursor, and of the commits. Default 256. */
  readonly maxLead?: number;
  /** Bytes that may wait for a commit, over all sessions. Default 32 MiB. */
  readonly maxPendingBytes?: number;
  /** Below this nothing new is admitted. Default 256 MiB; a store without such a bound is never below. */
  readonly minFreeBytes?: number;
  /** Where signed heads of the ledger go; default nowhere. */
  readonly anchors?: { readonly sinks: readonly AnchorSink[]; readonly everyMs: number };
  readonly onNotice?: (notice: LogNotice) => void;
}
