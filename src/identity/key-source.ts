import type { IssuerConfig } from "../domain/issuer.js";
import type { Clock } from "../domain/time.js";
import { type DiscoveryDeps, discover, fetchOf } from "./discovery.js";
import type { DocumentFetch } from "./document-fetch.js";
import { type IssuerKey, KeySet } from "./key-set.js";

export interface KeySourceLimits {
  readonly documentBytes: number;
  readonly keys: number;
}

/** How the keys of one issuer stand, for `doctor`, readiness and metrics. */
export interface IssuerStatus {
  readonly issuer: string;
  readonly jwksUri: string | null;
  /** `fresh`: fetched on time. `stale`: the last fetch failed, older keys still serve. `unavailable`:
   *  no usable keys, tokens of this issuer are refused. `unused`: nobody asked yet. */
  readonly state: "fresh" | "stale" | "unavailable" | "unused";
  readonly keys: number;
  /** Milliseconds since the keys were fetched. */
  readonly ageMs: number | null;
  readonly lastError: string | null;
}

/** Fetches that unknown key ids may cause at once; then one more each `UNKNOWN_KEY_MS`. */
const UNKNOWN_KEY_BURST = 3;
const UNKNOWN_KEY_MS = 30_000;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;
const MIN_INTERVAL_MS = 5_000;
const DISCOVERY_MS = 3_600_000;

/**
 * The keys of one issuer, fetched again every `refreshMs` from the first use on. When a fetch fails the
 * last keys serve until they are `maxStaleMs` old. A token with an unknown key id causes a fetch
 * at once (a rotation), but a flood of such tokens causes few.
 */
export class KeySource {
  readonly #config: IssuerConfig;
  readonly #clock: Clock;
  readonly #fetch: DocumentFetch;
  readonly #limits: KeySourceLimits;
  readonly #closed = new AbortController();
  #keys: KeySet | null = null;
  #fetchedAt = 0;
  #jwksUri: string | null;
  #discoveredAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | null = null;
  #failures = 0;
  #retryAt = Number.NEGATIVE_INFINITY;
  #lastError: string | null = null;
  #unknownAllowance = UNKNOWN_KEY_BURST;
  #unknownAt = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(
    config: IssuerConfig,
    deps: { readonly clock: Clock; readonly fetch: DocumentFetch; readonly limits: KeySourceLimits },
  ) {
    this.#config = config;
    this.#clock = deps.clock;
    this.#fetch = deps.fetch;
    this.#limits = deps.limits;
    this.#jwksUri = config.jwksUri;
  }

  /** Whether the key that checked a token may still vouch for it. Synchronous: for cached tokens. */
  vouches(key: IssuerKey): boolean {
    return this.#usable() && this.#keys?.holds(key) === true;
  }

  /** Keys that may have signed a token with this `kid`; fetches where that may help. Rejects with an
   *  Error when there are no keys to trust. */
  async candidates(kid: string | null): Promise<readonly IssuerKey[]> {
    if (!this.#usable() && this.#mayRetry()) await this.refresh();
    const found = this.#trusted().candidates(kid);
    if (found.length > 0 || !this.#mayRetry() || !this.#takeUnknown()) return found;
    await this.refresh();
    return this.#trusted().candidates(kid);
  }

  /** Fetches now; never rejects: `status` says how it went. Callers at the same time share one fetch. */
  refresh(): Promise<void> {
    this.#running ??= this.#refresh().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  status(): IssuerStatus {
    const ageMs = this.#keys === null ? null : this.#clock.monotonicMs() - this.#fetchedAt;
    const base = {
      issuer: this.#config.issuer,
      jwksUri: this.#jwksUri,
      ageMs,
      lastError: this.#lastError,
      keys: this.#keys?.size ?? 0,
    };
    if (this.#keys === null) return { ...base, state: this.#lastError === null ? "unused" : "unavailable" };
    if (!this.#usable()) return { ...base, state: "unavailable" };
    return { ...base, state: this.#failures > 0 ? "stale" : "fresh" };
  }

  close(): void {
    this.#cancelTimer?.();
    this.#closed.abort();
  }

  #usable(): boolean {
    if (this.#keys === null) return false;
    const ageMs = this.#clock.monotonicMs() - this.#fetchedAt;
    if (ageMs > this.#maxAgeMs()) return false;
    // Older than two intervals without a failure: the timer slept (a suspended machine), so fetch first.
    return ageMs <= 2 * this.#intervalMs() || !this.#mayRetry();
  }

  #trusted(): KeySet {
    const ageMs = this.#clock.monotonicMs() - this.#fetchedAt;
    if (this.#keys !== null && ageMs <= this.#maxAgeMs()) return this.#keys;
    throw new Error(this.#lastError ?? "its keys were not fetched yet");
  }

  /** Keys that may not grow old are fetched more often, but never in a tight loop. */
  #intervalMs(): number {
    return Math.max(MIN_INTERVAL_MS, Math.min(this.#config.refreshMs, this.#config.maxStaleMs));
  }

  /** Keys serve until their next fetch was due, and had time to answer, whatever `maxStaleMs` says. */
  #maxAgeMs(): number {
    return Math.max(this.#config.maxStaleMs, this.#intervalMs() + this.#config.timeoutMs);
  }

  #mayRetry(): boolean {
    return this.#clock.monotonicMs() >= this.#retryAt;
  }

  #takeUnknown(): boolean {
    const now = this.#clock.monotonicMs();
    const earned = Math.floor((now - this.#unknownAt) / UNKNOWN_KEY_MS);
    if (earned > 0) {
      this.#unknownAllowance = Math.min(UNKNOWN_KEY_BURST, this.#unknownAllowance + earned);
      this.#unknownAt = now;
    }
    if (this.#unknownAllowance === 0) return false;
    this.#unknownAllowance -= 1;
    return true;
  }

  async #refresh(): Promise<void> {
    this.#cancelTimer?.();
    try {
      const document = await fetchOf(this.#config, await this.#locate(), this.#deps());
      this.#keys = await KeySet.parse(document, this.#limits.keys, this.#keys);
      this.#fetchedAt = this.#clock.monotonicMs();
      this.#failures = 0;
      this.#lastError = null;
      this.#retryAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#failures += 1;
      this.#lastError = error instanceof Error ? error.message : "unknown failure";
      const backoffMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures - 1, 10));
      this.#retryAt = this.#clock.monotonicMs() + backoffMs;
      // The keys may have moved.
      this.#discoveredAt = Number.NEGATIVE_INFINITY;
    }
    if (this.#closed.signal.aborted) return;
    const waitMs = this.#failures > 0 ? this.#retryAt - this.#clock.monotonicMs() : this.#intervalMs();
    this.#cancelTimer = this.#clock.after(Math.max(0, waitMs), () => void this.refresh());
  }

  async #locate(): Promise<string> {
    if (this.#config.jwksUri !== null) return this.#config.jwksUri;
    const now = this.#clock.monotonicMs();
    if (this.#jwksUri !== null && now - this.#discoveredAt < DISCOVERY_MS) return this.#jwksUri;
    const { jwksUri } = await discover(this.#config, this.#deps());
    this.#jwksUri = jwksUri;
    this.#discoveredAt = now;
    return jwksUri;
  }

  #deps(): DiscoveryDeps {
    return { fetch: this.#fetch, maxBytes: this.#limits.documentBytes, signal: this.#closed.signal };
  }
}
