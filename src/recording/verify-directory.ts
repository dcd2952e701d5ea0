import { readFile } from "node:fs/promises";
import { SluiceError } from "../domain/errors.js";
import type { RecordKeys } from "./record-keys.js";
import { openLevelStore } from "./stores/level.js";
import { verifyStore } from "./verify.js";
import type { VerifyReport } from "./verify-report.js";

export interface VerifyDirectoryOptions {
  /** `recording.path` of a gateway that is not running. */
  readonly path: string;
  /** File of anchors; null: none. */
  readonly anchorFile: string | null;
  /** Checks the signatures of the anchors; null: not checked, and the report says so. */
  readonly signing: Pick<RecordKeys["signing"], "verify"> | null;
}

/**
 * Verifies a data directory. It is opened as LevelDB opens it: what its write-ahead log holds is moved
 * into tables, and no record changes; verify a copy where the files themselves are evidence.
 * @throws SluiceError `invalid_config` where there is no session log, it is in use (verify it through the
 * gateway), or the anchor file cannot be read; `storage_failed`.
 */
export async function verifyDirectory(options: VerifyDirectoryOptions): Promise<VerifyReport> {
  const { path, anchorFile, signing } = options;
  const anchors = anchorFile === null ? [] : (await readAnchorFile(anchorFile)).split("\n");
  const store = await openLevelStore({ path, mustExist: true });
  try {
    return await verifyStore(store, { anchors, signing });
  } finally {
    await store.close();
  }
}

async function readAnchorFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new SluiceError("invalid_config", `The anchor file ${path} could not be read.`, {}, { cause });
  }
}
