import { SluiceError } from "../../domain/errors.js";
import { openLevelStore } from "./level.js";
import { MemoryStore } from "./memory.js";
import type { Store } from "./store.js";

export const STORE_KINDS = ["level", "memory"] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

export interface StoreOptions {
  readonly kind: StoreKind;
  /** Directory; required by `level`, ignored by `memory`. */
  readonly path: string | null;
}

/** Opens the store that configuration names. @throws SluiceError `invalid_config`, `storage_failed`. */
export async function openStore(options: StoreOptions): Promise<Store> {
  switch (options.kind) {
    case "memory":
      return new MemoryStore();
    case "level":
      if (options.path === null) {
        throw new SluiceError(
          "invalid_config",
          "recording.path is missing: the level store needs a directory.",
          {
            field: "recording.path",
          },
        );
      }
      return openLevelStore({ path: options.path });
  }
}
