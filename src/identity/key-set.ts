import { calculateJwkThumbprint, createLocalJWKSet, type JWK } from "jose";
import { isJsonObject, type JsonObject } from "../domain/json.js";

/** One public key of an issuer. */
export interface IssuerKey {
  /** RFC 7638 thumbprint: the key's material and nothing else. */
  readonly thumbprint: string;
  readonly kid: string | null;
  /** jose's resolver over this key alone: it holds the key to its `alg`, `use` and `key_ops`. */
  readonly resolve: ReturnType<typeof createLocalJWKSet>;
}

/** Keys that are tried for a token without `kid`. */
const MAX_TRIED = 8;
const PUBLIC_MEMBERS = ["kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y"] as const;

/** The signature keys that an issuer published at one time. */
export class KeySet {
  readonly #keys: ReadonlyMap<string, IssuerKey>;

  private constructor(keys: ReadonlyMap<string, IssuerKey>) {
    this.#keys = keys;
  }

  /**
   * Reads a JWKS document (RFC 7517 section 5). Keys that cannot check a signature (symmetric, for
   * encryption, of an unknown kind) are left out, as section 5 demands; private members are
   * never kept. Keys that `previous` held keep their imported form.
   */
  static async parse(document: JsonObject, maxKeys: number, previous: KeySet | null): Promise<KeySet> {
    const listed = document["keys"];
    if (!Array.isArray(listed)) throw new Error("the key set has no list `keys`");
    if (listed.length > maxKeys) throw new Error(`the key set holds more than ${maxKeys} keys`);
    const keys = new Map<string, IssuerKey>();
    for (const entry of listed) {
      const jwk = publicJwk(entry);
      if (jwk === null) continue;
      const thumbprint = await calculateJwkThumbprint(jwk).catch(() => null);
      if (thumbprint === null) continue;
      const kid = typeof jwk.kid === "string" ? jwk.kid : null;
      const id = `${thumbprint} ${kid ?? ""} ${jwk.alg ?? ""}`;
      keys.set(id, previous?.keyOf(id) ?? { thumbprint, kid, resolve: createLocalJWKSet({ keys: [jwk] }) });
    }
    if (keys.size === 0) throw new Error("the key set holds no public signature key");
    return new KeySet(keys);
  }

  keyOf(id: string): IssuerKey | null {
    return this.#keys.get(id) ?? null;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Keys that may have signed a token with this `kid`: those of the name, or without a name some. */
  candidates(kid: string | null): readonly IssuerKey[] {
    const all = [...this.#keys.values()];
    return (kid === null ? all : all.filter((key) => key.kid === kid)).slice(0, MAX_TRIED);
  }

  holds(key: IssuerKey): boolean {
    for (const held of this.#keys.values()) if (held.thumbprint === key.thumbprint) return true;
    return false;
  }
}

function publicJwk(entry: unknown): JWK | null {
  if (!isJsonObject(entry)) return null;
  const kty = entry["kty"];
  if ((kty !== "RSA" && kty !== "EC" && kty !== "OKP") || entry["use"] === "enc") return null;
  const jwk: JWK = { kty };
  for (const member of PUBLIC_MEMBERS) {
    const value = entry[member];
    if (value !== undefined) Object.assign(jwk, { [member]: value });
  }
  return jwk;
}
