import { createPublicKey, verify as verifySignature } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { signingKeyId } from "../sealing/signing-keys.js";
import { badFlag } from "./bad-flag.js";

/** Checks signatures, and makes none. */
export interface PublicKeys {
  verify(keyId: string, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Keys in PEM files; of a private key only its public half is kept. @throws SluiceError for a file without one. */
export function publicKeysOf(files: readonly string[]): PublicKeys {
  const known = new Map(
    files.map((file) => {
      const key = readPublicKey(file);
      return [signingKeyId(key), key] as const;
    }),
  );
  return {
    verify: (keyId, bytes, signature) => {
      const key = known.get(keyId);
      return key !== undefined && verifySignature(null, bytes, key, signature);
    },
  };
}

/** The signing keys of a gateway's key folder. Nothing is made where the folder is missing. */
export function signingKeyFiles(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => /^signing-\d+(\.pub)?\.pem$/.test(name))
      .map((name) => join(dir, name));
  } catch {
    return [];
  }
}

function readPublicKey(file: string) {
  try {
    const key = createPublicKey(readFileSync(file, "utf8"));
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Said below: a parser's own message may quote the file.
  }
  throw badFlag("--public-key", `${file} holds no Ed25519 key in PEM.`);
}
