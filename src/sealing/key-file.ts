import { link, open, readFile, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { SluiceError } from "../domain/errors.js";

/** Bytes of the longest key file that is read; a PKCS#8 Ed25519 key in PEM has about 120. */
const MAX_KEY_FILE_BYTES = 4096;

/** Reads a key file; null where there is none. Throws `invalid_config` for a file that others can read. */
export async function readKeyFile(path: string): Promise<string | null> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(path);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    throw refused(path, "cannot be read; check its owner and mode", error);
  }
  if (!found.isFile()) throw refused(path, "is not a regular file");
  checkPrivate(path, found.mode, "chmod 600");
  if (found.size > MAX_KEY_FILE_BYTES)
    throw refused(path, `is longer than ${MAX_KEY_FILE_BYTES} bytes, so it holds no key`);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw refused(path, "cannot be read; check its owner and mode", error);
  }
}

/**
 * Writes a key file with mode 0600 unless one is there already, and returns what the file holds in the
 * end. The content appears under its name at once and complete: two processes that start together
 * agree on one key, and a crash leaves no half key.
 */
export async function createKeyFile(path: string, content: string): Promise<string> {
  const temporary = `${path}.new-${process.pid}`;
  await writeSynced(temporary, content);
  try {
    await link(temporary, path);
    await syncDirectory(dirname(path));
    return content;
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw refused(path, "cannot be written", error);
    const existing = await readKeyFile(path);
    if (existing === null) throw refused(path, "disappeared while it was read");
    return existing;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** Throws `invalid_config` where group or others have any right. Windows has no such modes. */
export function checkPrivate(path: string, mode: number, remedy: "chmod 600" | "chmod 700"): void {
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(3, "0");
  throw refused(path, `has mode ${octal}, so others than its owner may use it; run: ${remedy} ${path}`);
}

/** Makes a rename, link or unlink in `directory` survive a loss of power. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems refuse to sync a directory; they give no better promise than that.
    if (!isErrno(error, "EINVAL") && !isErrno(error, "EPERM")) throw error;
  } finally {
    await handle.close();
  }
}

/** Creates a file that must not exist, mode 0600, with its content on disk before it returns. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  // A file of this name is left over from a process with our pid that died while writing.
  await unlink(path).catch(() => undefined);
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function refused(path: string, what: string, cause?: unknown): SluiceError {
  return new SluiceError("invalid_config", `Key file ${path} ${what}.`, { field: "keys.dir" }, { cause });
}
