import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../domain/errors.js";
import { type Clock, systemClock } from "../domain/time.js";
import { checkPrivate, createKeyFile, readKeyFile } from "./key-file.js";
import { SigningKeys } from "./signing-keys.js";

/** A symmetric key with the name that sealed things carry. */
export interface SealingKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

export interface KeyRingOptions {
  /** Folder of the keys; made with mode 0700 where it is missing. */
  readonly dir: string;
  readonly clock?: Clock;
  /** Bytes of the best quality; the default is the system's generator. */
  readonly randomBytes?: (length: number) => Uint8Array;
}

const SECRET_BYTES = 32;
const SEALING_NAME = /^(sealing-\d{13})\.key$/;

/**
 * The gateway's own keys: files of `keys.dir`, outside the recordings, mode 0600, made at the first
 * start. `hmac.key` digests requests and indexes; `hash.key` feeds the hash operator;
 * `sealing-<ms>.key` encrypt what waits (every one reads, the newest writes); `signing-<ms>.pem`
 * (Ed25519) sign the ledger. A file that group or others can read is refused (`invalid_config`).
 */
export class KeyRing {
  readonly signing: SigningKeys;
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #random: (length: number) => Uint8Array;
  readonly #hmac: Uint8Array;
  readonly #hash: Uint8Array;
  /** Oldest first. */
  #sealing: readonly SealingKey[];

  private constructor(parts: {
    readonly dir: string;
    readonly clock: Clock;
    readonly random: (length: number) => Uint8Array;
    readonly hmac: Uint8Array;
    readonly hash: Uint8Array;
    readonly sealing: readonly SealingKey[];
    readonly signing: SigningKeys;
  }) {
    this.#dir = parts.dir;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#hmac = parts.hmac;
    this.#hash = parts.hash;
    this.#sealing = parts.sealing;
    this.signing = parts.signing;
  }

  /** Reads the folder, making what is missing. Throws `invalid_config`, naming the file and the remedy. */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const dir = options.dir;
    const clock = options.clock ?? systemClock;
    const random = options.randomBytes ?? ((length: number) => randomBytes(length));
    await openFolder(dir);
    const names = await readdir(dir);
    const hmac = await secretOf(join(dir, "hmac.key"), random);
    const hash = await secretOf(join(dir, "hash.key"), random);
    const sealing = await readSealing(dir, names);
    if (sealing.length === 0) sealing.push(await newSealing(dir, clock.nowMs(), random));
    const signing = await SigningKeys.open(dir, names, clock);
    return new KeyRing({ dir, clock, random, hmac, hash, sealing, signing });
  }

  /**
   * HMAC-SHA-256 over parts, lower-case hex. `purpose` separates uses, so that equal parts digested
   * for two purposes have nothing in common; parts are length-prefixed, so that no other split of the
   * same characters gives the same digest.
   */
  digest(purpose: string, parts: readonly (string | Uint8Array)[]): string {
    return keyedDigest(this.#hmac, purpose, parts).toString("hex");
  }

  /** Whether `digest` is that of the parts, compared in constant time. */
  digestEquals(digest: string, purpose: string, parts: readonly (string | Uint8Array)[]): boolean {
    const given = Buffer.from(digest, "hex");
    const own = keyedDigest(this.#hmac, purpose, parts);
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** The 32 byte key of a tenant for the hash operator: equal values of two tenants get unequal hashes. */
  hashKey(tenant: string): Uint8Array {
    return keyedDigest(this.#hash, "hash-operator", [tenant]);
  }

  /** Tells one key folder from another, for a store that wants to know whether its keys are still there. */
  get fingerprint(): string {
    return this.digest("key-ring-fingerprint", []).slice(0, 16);
  }

  /** The key that seals from now on: the newest. */
  get sealingKey(): SealingKey {
    const newest = this.#sealing.at(-1);
    if (newest === undefined) throw new SluiceError("internal", "The key ring holds no sealing key.");
    return newest;
  }

  /** The key of that id, or null when it was removed. */
  findSealingKey(id: string): SealingKey | null {
    return this.#sealing.find((key) => key.id === id) ?? null;
  }

  get sealingKeyIds(): readonly string[] {
    return this.#sealing.map((key) => key.id);
  }

  /** Makes a new sealing key, which writes from now on; older ones stay readable until their files go. */
  async rotateSealing(): Promise<string> {
    const newest = Number(this.sealingKey.id.slice("sealing-".length));
    const made = await newSealing(this.#dir, Math.max(this.#clock.nowMs(), newest + 1), this.#random);
    this.#sealing = [...this.#sealing, made];
    return made.id;
  }
}

function keyedDigest(key: Uint8Array, purpose: string, parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac("sha256", key);
  for (const part of [purpose, ...parts]) {
    const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : part;
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    mac.update(length).update(bytes);
  }
  return mac.digest();
}

async function openFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const found = await stat(dir);
    checkPrivate(dir, found.mode, "chmod 700");
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    const message = `The key folder ${dir} cannot be made or read; check its path and owner.`;
    throw new SluiceError("invalid_config", message, { field: "keys.dir" }, { cause: error });
  }
}

async function secretOf(path: string, random: (length: number) => Uint8Array): Promise<Uint8Array> {
  const fresh = () => `${Buffer.from(random(SECRET_BYTES)).toString("base64url")}\n`;
  return parseSecret(path, (await readKeyFile(path)) ?? (await createKeyFile(path, fresh())));
}

function parseSecret(path: string, text: string): Uint8Array {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, "base64url");
  if (bytes.length !== SECRET_BYTES || bytes.toString("base64url") !== trimmed.replace(/=+$/, "")) {
    // A new key in place of a broken one would quietly orphan everything that the old one made.
    const message = `Key file ${path} does not hold ${SECRET_BYTES} bytes in base64url; restore it from a backup.`;
    throw new SluiceError("invalid_config", message, { field: "keys.dir" });
  }
  return bytes;
}

async function readSealing(dir: string, names: readonly string[]): Promise<SealingKey[]> {
  const keys: SealingKey[] = [];
  for (const name of [...names].sort()) {
    const id = SEALING_NAME.exec(name)?.[1];
    if (id === undefined) continue;
    const path = join(dir, name);
    const text = await readKeyFile(path);
    if (text !== null) keys.push({ id, secret: parseSecret(path, text) });
  }
  return keys;
}

async function newSealing(
  dir: string,
  atMs: number,
  random: (length: number) => Uint8Array,
): Promise<SealingKey> {
  const id = `sealing-${String(Math.trunc(atMs)).padStart(13, "0")}`;
  return { id, secret: await secretOf(join(dir, `${id}.key`), random) };
}
