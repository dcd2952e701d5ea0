import { errors, type JWTVerifyOptions, jwtVerify } from "jose";
import { SluiceError } from "../domain/errors.js";
import type { IssuerConfig } from "../domain/issuer.js";
import { isJsonObject, type JsonObject } from "../domain/json.js";
import type { Principal } from "../domain/principal.js";
import type { Clock } from "../domain/time.js";
import { principalOf } from "./claims.js";
import { type DocumentFetch, fetchDocument } from "./document-fetch.js";
import type { IssuerKey } from "./key-set.js";
import { type IssuerStatus, KeySource } from "./key-source.js";
import type { Revocation } from "./revocation.js";
import { TokenCache } from "./token-cache.js";
import { checkShape, readShape } from "./token-shape.js";

export interface VerifierLimits {
  /** Longest token. */
  readonly tokenBytes: number;
  /** Verified tokens that are remembered. */
  readonly cachedTokens: number;
  /** Verifications that may wait at one time, for example for an issuer that does not answer. */
  readonly waiting: number;
  /** Longest discovery document or key set, and the keys in one. */
  readonly documentBytes: number;
  readonly keys: number;
}

export const DEFAULT_VERIFIER_LIMITS: VerifierLimits = {
  tokenBytes: 16_384,
  cachedTokens: 10_000,
  waiting: 1_000,
  documentBytes: 512 * 1024,
  keys: 100,
};

export interface VerifierOptions {
  readonly issuers: readonly IssuerConfig[];
  readonly clock: Clock;
  /** Default: node's http and https, no redirects. */
  readonly fetch?: DocumentFetch;
  readonly limits?: Partial<VerifierLimits>;
  /** Subjects that are refused whatever their token says. */
  readonly revocation?: Revocation;
}

/**
 * Turns a token into a Principal, or refuses it. What is checked: shape and size, a configured issuer,
 * an algorithm and type that this issuer may use, the signature by a key that it publishes now,
 * audience, expiry, not-before, subject, and the claims that the configuration demands.
 */
export class TokenVerifier {
  readonly #issuers: ReadonlyMap<string, { readonly config: IssuerConfig; readonly source: KeySource }>;
  readonly #clock: Clock;
  readonly #limits: VerifierLimits;
  readonly #cache: TokenCache;
  readonly #revocation: Revocation | null;
  #waiting = 0;

  private constructor(options: VerifierOptions) {
    const limits = { ...DEFAULT_VERIFIER_LIMITS, ...options.limits };
    const deps = {
      clock: options.clock,
      fetch: options.fetch ?? fetchDocument,
      limits: { documentBytes: limits.documentBytes, keys: limits.keys },
    };
    this.#issuers = new Map(
      options.issuers.map((config) => [config.issuer, { config, source: new KeySource(config, deps) }]),
    );
    this.#clock = options.clock;
    this.#limits = limits;
    this.#cache = new TokenCache(options.clock, limits.cachedTokens);
    this.#revocation = options.revocation ?? null;
  }

  static create(options: VerifierOptions): TokenVerifier {
    return new TokenVerifier(options);
  }

  /** The principal of a token that was verified before and still holds; null: call `verify`. Throws
   *  `permission_denied` for a revoked subject. */
  verifyCached(token: string): Principal | null {
    const principal = this.#cache.find(token);
    if (principal !== null) this.#revocation?.check(principal);
    return principal;
  }

  /** Rejects with `unauthenticated` (the message says what is wrong, never what the token holds),
   *  `permission_denied` for a revoked subject, `overloaded` when too many wait. */
  async verify(token: string): Promise<Principal> {
    const cached = this.verifyCached(token);
    if (cached !== null) return cached;
    const shape = readShape(token, this.#limits.tokenBytes);
    const issuer = this.#issuers.get(shape.issuer);
    if (issuer === undefined) throw refuse("The token's issuer (iss) is not one that this gateway trusts.");
    checkShape(shape, issuer.config);
    if (this.#waiting >= this.#limits.waiting) {
      throw new SluiceError("overloaded", "Too many tokens are waiting to be verified.", {
        retryAfterMs: 1_000,
      });
    }
    this.#waiting += 1;
    try {
      const keys = await this.#candidates(issuer.source, shape.kid);
      const { key, payload } = await this.#checked(token, keys, issuer.config);
      const principal = principalOf(payload, issuer.config);
      this.#cache.keep(token, { principal, source: issuer.source, key });
      this.#revocation?.check(principal);
      return principal;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Fetches the keys of every issuer, so that the first caller does not wait. Never rejects. */
  async warm(): Promise<readonly IssuerStatus[]> {
    await Promise.all([...this.#issuers.values()].map(({ source }) => source.refresh()));
    return this.status();
  }

  status(): readonly IssuerStatus[] {
    return [...this.#issuers.values()].map(({ source }) => source.status());
  }

  close(): void {
    for (const { source } of this.#issuers.values()) source.close();
  }

  async #candidates(source: KeySource, kid: string | null): Promise<readonly IssuerKey[]> {
    try {
      const keys = await source.candidates(kid);
      if (keys.length > 0) return keys;
    } catch {
      // Why is in `status`, for the operator: a caller has no use for it.
      throw refuse("The keys of the token's issuer cannot be fetched, so the token cannot be verified.");
    }
    throw refuse("The token's key (kid) is not among the keys that its issuer publishes.");
  }

  async #checked(
    token: string,
    keys: readonly IssuerKey[],
    config: IssuerConfig,
  ): Promise<{ key: IssuerKey; payload: JsonObject }> {
    const options: JWTVerifyOptions = {
      issuer: config.issuer,
      audience: [...config.audiences],
      algorithms: [...config.algorithms],
      clockTolerance: config.clockToleranceS,
      currentDate: new Date(this.#clock.nowMs()),
      requiredClaims: ["exp", "sub"],
    };
    for (const key of keys) {
      try {
        const { payload } = await jwtVerify(token, key.resolve, options);
        if (typeof payload.sub !== "string" || payload.sub === "")
          throw refuse("The token's subject (sub) is empty.");
        if (!isJsonObject(payload)) throw refuse("The token's content is not a JSON object.");
        return { key, payload };
      } catch (error) {
        if (isOtherKey(error)) continue;
        throw error instanceof SluiceError ? error : refuse(explain(error, config));
      }
    }
    throw refuse("The token's signature does not verify with the keys of its issuer.");
  }
}

function isOtherKey(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey;
}

function explain(error: unknown, config: IssuerConfig): string {
  if (error instanceof errors.JWTExpired) return "The token has expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    switch (error.claim) {
      case "aud":
        return `The token is for another audience (aud) than: ${config.audiences.join(", ")}.`;
      case "nbf":
        return "The token is not valid yet (nbf).";
      case "exp":
        return "The token has no expiry (exp).";
      case "sub":
        return "The token has no subject (sub).";
      case "iss":
        return "The token's issuer (iss) is not one that this gateway trusts.";
      default:
        return "A claim of the token is not valid.";
    }
  }
  return "The token does not verify.";
}

function refuse(message: string): SluiceError {
  return new SluiceError("unauthenticated", message);
}
