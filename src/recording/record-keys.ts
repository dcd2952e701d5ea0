import type { KeyRing } from "../sealing/key-ring.js";
import type { SigningKeys } from "../sealing/signing-keys.js";

/** The secrets of the log. They lie outside the store, so that who has the store alone can neither sign
 *  for it nor guess names from its keys. */
export interface RecordKeys {
  /** 32 bytes; keys the hashes of names in index keys and of actors in the ledger. */
  readonly nameKey: Buffer;
  /** Ed25519; signs ledger heads and exports. */
  readonly signing: Pick<SigningKeys, "sign" | "verify">;
}

export function recordKeysOf(ring: KeyRing): RecordKeys {
  return { nameKey: Buffer.from(ring.digest("session-log-names", []), "hex"), signing: ring.signing };
}
