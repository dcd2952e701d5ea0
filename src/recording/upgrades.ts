import type { Upgrade } from "./format.js";
import { rebuildIndexes } from "./rebuild.js";

/** One step per format version, by the version that it starts from. */
export function UPGRADES(nameKey: Buffer): ReadonlyMap<number, Upgrade> {
  return new Map([
    // Format 1 had pages and ledger only, and a list read every log.
    [1, (store) => rebuildIndexes(store, nameKey)],
  ]);
}
