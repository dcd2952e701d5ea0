import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import { SluiceError } from "../domain/errors.js";
import { checkPrivate, isErrno, syncDirectory, writeSynced } from "./key-file.js";
import type { KeyRing } from "./key-ring.js";

export interface SealedFilesOptions {
  /** Folder of its own, outside the recordings; made with mode 0700 where it is missing. */
  readonly dir: string;
  readonly ring: KeyRing;
  /** What the folder may hold; `overloaded` beyond. Default: 10,000 files, 1 GiB. */
  readonly maxFiles?: number;
  readonly maxTotalBytes?: number;
}

export interface SealedFile {
  readonly id: string;
  /** Bytes on disk. */
  readonly bytes: number;
  readonly writtenAtMs: number;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const FILE_NAME = /^([A-Za-z0-9][A-Za-z0-9_-]{0,63})\.jwe$/;
const OVERWRITE_BYTES = 64 * 1024;

/**
 * What must wait on disk without being readable there: one file per item, mode 0600, a compact JWE
 * (RFC 7516; A256KW wraps a data key of its own per file, A256GCM encrypts). The id stands
 * in the authenticated header, so a file that was renamed or swapped does not open.
 *
 * Writing is atomic and survives a loss of power. Removing overwrites first, as far as the file system
 * lets it: with the wrapped data key gone the rest says nothing, even where old blocks survive.
 */
export class SealedFiles {
  readonly #dir: string;
  readonly #ring: KeyRing;
  readonly #maxFiles: number;
  readonly #maxTotalBytes: number;
  readonly #sizes: Map<string, number>;
  #totalBytes: number;

  private constructor(options: SealedFilesOptions, sizes: Map<string, number>) {
    this.#dir = options.dir;
    this.#ring = options.ring;
    this.#maxFiles = options.maxFiles ?? 10_000;
    this.#maxTotalBytes = options.maxTotalBytes ?? 1024 ** 3;
    this.#sizes = sizes;
    this.#totalBytes = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Opens the folder and destroys what a crash left half written. Throws `invalid_config`. */
  static async open(options: SealedFilesOptions): Promise<SealedFiles> {
    try {
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      checkPrivate(options.dir, (await stat(options.dir)).mode, "chmod 700");
      const sizes = new Map<string, number>();
      for (const name of await readdir(options.dir)) {
        const id = FILE_NAME.exec(name)?.[1];
        const path = join(options.dir, name);
        if (id !== undefined) sizes.set(id, (await stat(path)).size);
        else if (name.startsWith(".new-")) await destroy(path);
      }
      return new SealedFiles(options, sizes);
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      const message = `The folder of sealed requests ${options.dir} cannot be made or read; check its owner.`;
      throw new SluiceError("invalid_config", message, { field: "recording.path" }, { cause: error });
    }
  }

  /** Seals under `id`, replacing what was there. It is on disk when the promise resolves. Throws
   *  `storage_failed`, or `overloaded` when the folder is full. */
  async put(id: string, plaintext: Uint8Array): Promise<void> {
    const path = this.#path(id);
    const key = this.#ring.sealingKey;
    const sealed = await new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg: "A256KW", enc: "A256GCM", kid: key.id, id })
      .encrypt(key.secret);
    const before = this.#sizes.get(id);
    this.#reserve(id, sealed.length);
    const temporary = join(this.#dir, `.new-${randomBytes(9).toString("base64url")}`);
    try {
      await writeSynced(temporary, sealed);
      await rename(temporary, path);
      await syncDirectory(this.#dir);
    } catch (error) {
      this.#account(id, before);
      await destroy(temporary).catch(() => undefined);
      throw failed("could not be written", id, error);
    }
  }

  /** What was sealed under `id`; null when there is nothing. Throws `storage_failed` for a file that does not open. */
  async get(id: string): Promise<Uint8Array | null> {
    const path = this.#path(id);
    let sealed: string;
    try {
      sealed = await readFile(path, "latin1");
    } catch (error) {
      if (isErrno(error, "ENOENT")) return null;
      throw failed("could not be read", id, error);
    }
    return this.#unseal(id, sealed);
  }

  /** Overwrites and unlinks. Removing what is not there is no error. Throws `storage_failed`. */
  async remove(id: string): Promise<void> {
    try {
      await destroy(this.#path(id));
      await syncDirectory(this.#dir);
      this.#account(id, undefined);
    } catch (error) {
      throw failed("could not be removed", id, error);
    }
  }

  /** Everything that waits, oldest first. */
  async list(): Promise<readonly SealedFile[]> {
    const files: SealedFile[] = [];
    for (const id of this.#sizes.keys()) {
      try {
        const found = await stat(this.#path(id));
        files.push({ id, bytes: found.size, writtenAtMs: found.mtimeMs });
      } catch (error) {
        if (!isErrno(error, "ENOENT")) throw failed("could not be read", id, error);
      }
    }
    return files.sort((a, b) => a.writtenAtMs - b.writtenAtMs || (a.id < b.id ? -1 : 1));
  }

  /** Seals everything again with the newest key, so that an older one can be removed; returns how many. */
  async reseal(): Promise<number> {
    let count = 0;
    for (const id of [...this.#sizes.keys()]) {
      const plaintext = await this.get(id);
      if (plaintext === null) continue;
      await this.put(id, plaintext);
      count += 1;
    }
    return count;
  }

  async #unseal(id: string, sealed: string): Promise<Uint8Array> {
    try {
      const key = this.#ring.findSealingKey(decodeProtectedHeader(sealed).kid ?? "");
      if (key === null) throw failed("was sealed with a key that is no longer in keys.dir", id);
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, key.secret, {
        keyManagementAlgorithms: ["A256KW"],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      if (protectedHeader["id"] !== id) throw failed("belongs to another name", id);
      return plaintext;
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      throw failed("is damaged", id, error);
    }
  }

  #reserve(id: string, bytes: number): void {
    const others = this.#totalBytes - (this.#sizes.get(id) ?? 0);
    const full = !this.#sizes.has(id) && this.#sizes.size >= this.#maxFiles;
    if (full || others + bytes > this.#maxTotalBytes) {
      throw new SluiceError("overloaded", "Too many requests are waiting for a review.", {
        retryAfterMs: 30_000,
      });
    }
    this.#account(id, bytes);
  }

  #account(id: string, bytes: number | undefined): void {
    this.#totalBytes += (bytes ?? 0) - (this.#sizes.get(id) ?? 0);
    if (bytes === undefined) this.#sizes.delete(id);
    else this.#sizes.set(id, bytes);
  }

  #path(id: string): string {
    if (!ID.test(id))
      throw new SluiceError("internal", "A sealed file was named with a character that is not allowed.");
    return join(this.#dir, `${id}.jwe`);
  }
}

async function destroy(path: string): Promise<void> {
  try {
    const handle = await open(path, "r+");
    try {
      const { size } = await handle.stat();
      for (let at = 0; at < size; at += OVERWRITE_BYTES) {
        await handle.write(randomBytes(Math.min(OVERWRITE_BYTES, size - at)), 0, undefined, at);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await unlink(path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

function failed(what: string, id: string, cause?: unknown): SluiceError {
  return new SluiceError("storage_failed", `The sealed file ${id} ${what}.`, {}, { cause });
}
