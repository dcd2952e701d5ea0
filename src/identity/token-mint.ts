import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from "jose";
import { SluiceError } from "../domain/errors.js";
import type { Clock } from "../domain/time.js";

const MINT_ALGORITHMS = ["RS256", "ES256"] as const;
export type MintAlgorithm = (typeof MINT_ALGORITHMS)[number];

/** The signing key of an embedded issuer, and what it signs. Keys are made at random unless given. */
export class TokenMint {
  readonly algorithm: MintAlgorithm;
  readonly kid: string;
  /** What the issuer publishes. */
  readonly publicJwk: JWK;
  /** Secret; for a file of mode 0600 from which another process mints with the same key. */
  readonly privateJwk: JWK;
  readonly #key: CryptoKey;
  readonly #clock: Clock;

  private constructor(parts: {
    readonly algorithm: MintAlgorithm;
    readonly kid: string;
    readonly publicJwk: JWK;
    readonly privateJwk: JWK;
    readonly key: CryptoKey;
    readonly clock: Clock;
  }) {
    this.algorithm = parts.algorithm;
    this.kid = parts.kid;
    this.publicJwk = parts.publicJwk;
    this.privateJwk = parts.privateJwk;
    this.#key = parts.key;
    this.#clock = parts.clock;
  }

  static async generate(algorithm: MintAlgorithm, clock: Clock): Promise<TokenMint> {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
    return TokenMint.restore({ ...(await exportJWK(privateKey)), alg: algorithm }, clock);
  }

  /** Throws `invalid_config` for anything but a private RSA or P-256 key. */
  static async restore(privateJwk: JWK, clock: Clock): Promise<TokenMint> {
    const algorithm = mintAlgorithm(privateJwk);
    const key = await importJWK(privateJwk, algorithm);
    if (key instanceof Uint8Array) throw unfit();
    const kid = (await calculateJwkThumbprint(privateJwk)).slice(0, 16);
    const publicJwk: JWK = { kid, use: "sig", alg: algorithm };
    for (const member of ["kty", "n", "e", "crv", "x", "y"] as const) {
      if (privateJwk[member] !== undefined) Object.assign(publicJwk, { [member]: privateJwk[member] });
    }
    return new TokenMint({ algorithm, kid, publicJwk, privateJwk, key, clock });
  }

  /** A signed JWT of these claims, with `iat` now and `exp` after `lifetimeS`. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header: { readonly typ: string; readonly lifetimeS: number },
  ): Promise<string> {
    const nowS = Math.floor(this.#clock.nowMs() / 1000);
    return new SignJWT({ iat: nowS, exp: nowS + header.lifetimeS, ...claims })
      .setProtectedHeader({ alg: this.algorithm, kid: this.kid, typ: header.typ })
      .sign(this.#key);
  }
}

function mintAlgorithm(jwk: JWK): MintAlgorithm {
  const known = MINT_ALGORITHMS.find((algorithm) => algorithm === jwk.alg);
  if (known === undefined) throw unfit();
  return known;
}

function unfit(): SluiceError {
  return new SluiceError("invalid_config", "The demo issuer's key is neither an RSA nor a P-256 key.");
}
