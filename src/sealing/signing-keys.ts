import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";
import { createKeyFile, readKeyFile, syncDirectory } from "./key-file.js";

/** A public key of the ledger, as an auditor keeps it. */
export interface PublicSigningKey {
  /** The first 16 hex digits of the SHA-256 of the key's SPKI bytes. */
  readonly id: string;
  /** SPKI in PEM. */
  readonly pem: string;
}

interface Loaded {
  readonly id: string;
  readonly publicKey: KeyObject;
}

interface Signer extends Loaded {
  readonly privateKey: KeyObject;
  readonly atMs: number;
}

const PRIVATE_NAME = /^signing-(\d{13})\.pem$/;
const PUBLIC_NAME = /^signing-\d{13}\.pub\.pem$/;

/** The Ed25519 keys of the ledger: one signs, and all that ever signed verify (RFC 8032). */
export class SigningKeys {
  readonly #dir: string;
  readonly #clock: Clock;
  #signer: Signer;
  #known: ReadonlyMap<string, KeyObject>;

  private constructor(dir: string, clock: Clock, loaded: { signer: Signer; known: readonly Loaded[] }) {
    this.#dir = dir;
    this.#clock = clock;
    this.#signer = loaded.signer;
    this.#known = new Map([...loaded.known, loaded.signer].map((key) => [key.id, key.publicKey]));
  }

  /** Reads the signing keys among `names` of the folder; makes the first one. */
  static async open(dir: string, names: readonly string[], clock: Clock): Promise<SigningKeys> {
    const known: Loaded[] = [];
    const signers: Signer[] = [];
    for (const name of [...names].sort()) {
      const path = join(dir, name);
      const atMs = PRIVATE_NAME.exec(name)?.[1];
      if (atMs !== undefined) signers.push(parsePrivate(path, (await readKeyFile(path)) ?? "", Number(atMs)));
      else if (PUBLIC_NAME.test(name)) known.push(parsePublic(path, await readFile(path, "utf8")));
    }
    const signer = signers.pop() ?? (await newSigner(dir, clock.nowMs()));
    return new SigningKeys(dir, clock, { signer, known: [...known, ...signers] });
  }

  /** Id of the key that signs now. */
  get id(): string {
    return this.#signer.id;
  }

  /** Ed25519 signature over exactly these bytes, 64 bytes long. */
  sign(bytes: Uint8Array): { readonly keyId: string; readonly signature: Uint8Array } {
    return { keyId: this.#signer.id, signature: sign(null, bytes, this.#signer.privateKey) };
  }

  /** False for an unknown key too: who cannot check a signature has not checked it. */
  verify(keyId: string, bytes: Uint8Array, signature: Uint8Array): boolean {
    const key = this.#known.get(keyId);
    return key !== undefined && verify(null, bytes, key, signature);
  }

  /** Every public key that ever signed, for export beside the anchors. */
  get publicKeys(): readonly PublicSigningKey[] {
    return [...this.#known].map(([id, key]) => ({ id, pem: pemOf(key) }));
  }

  /** Signs with a new key from now on. The old private key is destroyed, its public half stays. */
  async rotate(): Promise<string> {
    const old = this.#signer;
    const stem = join(this.#dir, `signing-${digits(old.atMs)}`);
    const next = await newSigner(this.#dir, Math.max(this.#clock.nowMs(), old.atMs + 1));
    await createKeyFile(`${stem}.pub.pem`, pemOf(old.publicKey));
    await unlink(`${stem}.pem`);
    await syncDirectory(this.#dir);
    this.#signer = next;
    this.#known = new Map([...this.#known, [next.id, next.publicKey]]);
    return next.id;
  }
}

/** The id of a public key: what anchors name. */
export function signingKeyId(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex").slice(0, 16);
}

async function newSigner(dir: string, atMs: number): Promise<Signer> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const path = join(dir, `signing-${digits(atMs)}.pem`);
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return parsePrivate(path, await createKeyFile(path, pem), Math.trunc(atMs));
}

function digits(atMs: number): string {
  return String(Math.trunc(atMs)).padStart(13, "0");
}

function parsePrivate(path: string, pem: string, atMs: number): Signer {
  const privateKey = parseKey(path, () => createPrivateKey(pem));
  const publicKey = createPublicKey(privateKey);
  return { id: signingKeyId(publicKey), privateKey, publicKey, atMs };
}

function parsePublic(path: string, pem: string): Loaded {
  const publicKey = parseKey(path, () => createPublicKey(pem));
  return { id: signingKeyId(publicKey), publicKey };
}

function parseKey(path: string, parse: () => KeyObject): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = parse();
  } catch {
    // Said below: the parser's own message may quote the file.
  }
  if (key?.asymmetricKeyType === "ed25519") return key;
  const message = `Key file ${path} does not hold an Ed25519 key in PEM; restore it from a backup.`;
  throw new SluiceError("invalid_config", message, { field: "keys.dir" });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}
