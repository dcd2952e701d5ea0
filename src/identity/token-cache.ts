import { hash } from "node:crypto";
import type { Principal } from "../domain/principal.js";
import type { Clock } from "../domain/time.js";
import type { IssuerKey } from "./key-set.js";
import type { KeySource } from "./key-source.js";

interface Entry {
  readonly principal: Principal;
  readonly source: KeySource;
  readonly key: IssuerKey;
  /** On the monotonic clock. */
  readonly dropAt: number;
}

/** No verified token is believed for longer than this without being verified again. */
const MAX_AGE_MS = 300_000;

/**
 * Tokens that were verified, under the SHA-256 of the whole token: two tokens that begin alike share
 * nothing, and the cache holds no token. An entry counts until the token expires, its key is
 * no longer published, or five minutes have passed.
 */
export class TokenCache {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  find(token: string): Principal | null {
    const name = nameOf(token);
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const expired =
      this.#clock.nowMs() >= entry.principal.expiresAtMs || this.#clock.monotonicMs() >= entry.dropAt;
    if (expired || !entry.source.vouches(entry.key)) {
      this.#entries.delete(name);
      return null;
    }
    return entry.principal;
  }

  keep(token: string, verified: Omit<Entry, "dropAt">): void {
    const name = nameOf(token);
    this.#entries.delete(name);
    if (this.#entries.size >= this.#capacity) {
      // The oldest verification goes first: it is the next to need another one anyway.
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(name, { ...verified, dropAt: this.#clock.monotonicMs() + MAX_AGE_MS });
  }

  get size(): number {
    return this.#entries.size;
  }
}

function nameOf(token: string): string {
  return hash("sha256", token, "base64");
}
