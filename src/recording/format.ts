import { SluiceError } from "../domain/errors.js";
import { FORMAT_KEY } from "./keys.js";
import type { Store } from "./stores/store.js";

/** Version of keys, pages and records, as docs/session-log.md describes it. */
export const FORMAT_VERSION = 2;

/** What a store says of itself. */
export interface Format {
  readonly version: number;
  /** Random identity of this store (hex), which anchors name. */
  readonly store: string;
  readonly createdAtMs: number;
}

/** Brings a store from one version to the next. Must be safe to repeat: it runs again if it was cut off. */
export type Upgrade = (store: Store) => Promise<void>;

export interface FormatOptions {
  readonly nowMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** By the version that they start from. */
  readonly upgrades: ReadonlyMap<number, Upgrade>;
}

/**
 * Reads the format of a store, marks an empty one, and upgrades an older one step by step.
 * @throws SluiceError `invalid_config` where the store is newer than this program, or no format at all.
 */
export async function openFormat(store: Store, options: FormatOptions): Promise<Format> {
  let format = await readFormat(store);
  if (format === null) {
    const id = Buffer.from(options.randomBytes(16)).toString("hex");
    format = { version: FORMAT_VERSION, store: id, createdAtMs: options.nowMs };
    await writeFormat(store, format);
  }
  while (format.version < FORMAT_VERSION) {
    const upgrade = options.upgrades.get(format.version);
    if (upgrade === undefined) {
      throw new SluiceError(
        "invalid_config",
        `The session log has format ${format.version}, which this version of Sluice cannot upgrade.`,
      );
    }
    await upgrade(store);
    format = { ...format, version: format.version + 1 };
    await writeFormat(store, format);
  }
  return format;
}

/** Null: the store is empty. @throws SluiceError `invalid_config` */
export async function readFormat(store: Store): Promise<Format | null> {
  const [value] = await store.getMany([FORMAT_KEY]);
  if (value === null || value === undefined) {
    const first = await store.range({ from: Buffer.of(0), to: Buffer.of(255), limit: 1, maxBytes: 1 });
    if (first.length === 0) return null;
    throw new SluiceError("invalid_config", "The data directory holds something that is not a session log.");
  }
  const format = parseFormat(value);
  if (format.version > FORMAT_VERSION) {
    throw new SluiceError(
      "invalid_config",
      `The session log has format ${format.version}; this version of Sluice reads up to ${FORMAT_VERSION}. Use a newer one.`,
    );
  }
  return format;
}

async function writeFormat(store: Store, format: Format): Promise<void> {
  const batch = store.batch();
  batch.put(FORMAT_KEY, Buffer.from(JSON.stringify(format)));
  await batch.commit(true);
}

function parseFormat(value: Buffer): Format {
  try {
    const parsed: unknown = JSON.parse(value.toString());
    if (typeof parsed === "object" && parsed !== null && "version" in parsed && "store" in parsed) {
      const { version, store } = parsed;
      const createdAtMs = "createdAtMs" in parsed ? parsed.createdAtMs : 0;
      if (typeof version === "number" && typeof store === "string" && typeof createdAtMs === "number") {
        return { version, store, createdAtMs };
      }
    }
  } catch {
    // Reported below: whatever stands there is not a format.
  }
  throw new SluiceError(
    "invalid_config",
    "The session log does not say its format; it is damaged or not one.",
  );
}
