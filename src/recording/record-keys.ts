import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { chmod, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../domain/errors.js";

/** The secrets of the log. They lie outside the store, so that who has the store alone can neither sign
 *  for it nor guess names from its keys. */
export interface RecordKeys {
  /** 32 bytes; keys the hashes of names in index keys and of actors in the ledger. */
  readonly nameKey: Buffer;
  /** Ed25519, private. */
  readonly signingKey: KeyObject;
}

const NAME_KEY_FILE = "names.key";
const SIGNING_KEY_FILE = "ledger-ed25519.pem";

/**
 * Reads the keys from `directory` and makes the absent ones (files 0600, directory 0700).
 * @throws SluiceError `invalid_config` where a file cannot be read or made, or holds no key.
 */
export async function openRecordKeys(
  directory: string,
  randomBytes: (count: number) => Uint8Array,
): Promise<RecordKeys> {
  const nameKeyHex = await readOrMake(directory, NAME_KEY_FILE, () =>
    Buffer.from(randomBytes(32)).toString("hex"),
  );
  const nameKey = Buffer.from(nameKeyHex.trim(), "hex");
  if (nameKey.length !== 32) throw badKey(directory, NAME_KEY_FILE, "64 hexadecimal digits");
  const pem = await readOrMake(directory, SIGNING_KEY_FILE, () =>
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  );
  return { nameKey, signingKey: parseSigningKey(directory, pem) };
}

function parseSigningKey(directory: string, pem: string): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Reported below; the parser's message could quote the file.
  }
  if (key?.asymmetricKeyType !== "ed25519")
    throw badKey(directory, SIGNING_KEY_FILE, "an Ed25519 private key in PEM");
  return key;
}

async function readOrMake(directory: string, name: string, make: () => string): Promise<string> {
  const path = join(directory, name);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(path, "wx", 0o600).catch(() => null);
    if (file === null) {
      await chmod(path, 0o600);
      return await readFile(path, "utf8");
    }
    try {
      const text = make();
      await file.writeFile(text);
      await file.sync();
      return text;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new SluiceError(
      "invalid_config",
      `The key file ${path} could not be read or made.`,
      { field: "keys.dir" },
      { cause },
    );
  }
}

function badKey(directory: string, name: string, expected: string): SluiceError {
  return new SluiceError("invalid_config", `${join(directory, name)} does not hold ${expected}.`, {
    field: "keys.dir",
  });
}

/** The raw public key, base64url: what an anchor carries and what `verify` may be told to trust. */
export function publicKeyOf(signingKey: KeyObject): string {
  const { x } = createPublicKey(signingKey).export({ format: "jwk" });
  if (x === undefined) throw new SluiceError("internal", "The signing key has no public half.");
  return x;
}

/** A short name for a public key. */
export function keyIdOf(publicKey: string): string {
  return createHash("sha256").update(publicKey).digest("hex").slice(0, 16);
}
