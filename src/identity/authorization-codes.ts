import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../domain/time.js";

/** What a code stands for until it is exchanged. */
export interface CodeGrant {
  readonly user: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** S256 of the verifier that the exchange must show (RFC 7636). */
  readonly challenge: string;
  readonly nonce: string | null;
}

const LIFETIME_MS = 60_000;
const MAX_PENDING = 1_000;

/** Authorization codes: random, once, for a minute, at most a thousand at a time. */
export class AuthorizationCodes {
  readonly #clock: Clock;
  readonly #pending = new Map<string, { readonly grant: CodeGrant; readonly dropAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(grant: CodeGrant): string {
    for (const [code, { dropAt }] of this.#pending) {
      if (this.#pending.size < MAX_PENDING && dropAt > this.#clock.monotonicMs()) break;
      this.#pending.delete(code);
    }
    const code = randomBytes(24).toString("base64url");
    this.#pending.set(code, { grant, dropAt: this.#clock.monotonicMs() + LIFETIME_MS });
    return code;
  }

  /** The grant when code, client, redirect and verifier all fit; a code is spent by the first try. */
  redeem(
    code: string,
    claim: { readonly clientId: string; readonly redirectUri: string; readonly verifier: string },
  ): CodeGrant | null {
    const found = this.#pending.get(code);
    this.#pending.delete(code);
    if (found === undefined || found.dropAt <= this.#clock.monotonicMs()) return null;
    const { grant } = found;
    const fits =
      grant.clientId === claim.clientId &&
      grant.redirectUri === claim.redirectUri &&
      grant.challenge === challengeOf(claim.verifier);
    return fits ? grant : null;
  }
}

/** RFC 7636 section 4.2. */
export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier, "ascii").digest("base64url");
}
