import { randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { SluiceError } from "../domain/errors.js";
import { ISSUER_DEFAULTS, type IssuerConfig } from "../domain/issuer.js";
import type { JsonObject } from "../domain/json.js";
import type { Clock } from "../domain/time.js";
import { challengeOf } from "./authorization-codes.js";
import { type Discovered, discover } from "./discovery.js";
import { type DocumentFetch, fetchDocument } from "./document-fetch.js";
import { TokenVerifier } from "./token-verifier.js";

export interface LoginFlowOptions {
  /** An issuer as the gateway trusts it. */
  readonly issuer: IssuerConfig;
  /** A public client (no secret) of that issuer. */
  readonly clientId: string;
  readonly redirectUri: string;
  /** Default: `openid`. */
  readonly scope?: string;
  /** Further parameters that an issuer wants before it gives access tokens for the gateway, for example
   *  `resource` (RFC 8707) or `audience`. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly fetch?: DocumentFetch;
}

export interface LoginStarted {
  /** Where the person's browser goes. */
  readonly url: string;
  /** Names this login; the callback carries it. */
  readonly state: string;
}

export interface Login {
  readonly accessToken: string;
  /** Null where the scope did not ask for one. */
  readonly idToken: string | null;
  /** Wall clock, milliseconds since the epoch; null: the issuer did not say. */
  readonly expiresAtMs: number | null;
}

interface Pending {
  readonly verifier: string;
  readonly nonce: string;
  readonly dropAt: number;
}

const LIFETIME_MS = 600_000;
const MAX_PENDING = 1_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * A person's login: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 9700). State, nonce
 * and verifier are random per login and good for one callback within ten minutes; the ID token is verified
 * like any token, for this client and this nonce. Verifier and code are sent to the token endpoint only.
 */
export class LoginFlow {
  readonly #options: LoginFlowOptions;
  readonly #fetch: DocumentFetch;
  readonly #idTokens: TokenVerifier;
  readonly #pending = new Map<string, Pending>();
  #discovered: Discovered | null = null;

  constructor(options: LoginFlowOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? fetchDocument;
    const { issuer, clientId, clock } = options;
    // The ID token says who logged in; what it may do is the access token's matter.
    const forIdTokens = {
      ...issuer,
      audiences: [clientId],
      typ: null,
      claims: ISSUER_DEFAULTS.claims,
      require: {},
    };
    this.#idTokens = TokenVerifier.create({ issuers: [forIdTokens], clock, fetch: this.#fetch });
  }

  /** Rejects with `unauthenticated` when the issuer cannot be asked or has no login. */
  async begin(): Promise<LoginStarted> {
    const { clientId, redirectUri, scope = "openid", parameters = {}, clock } = this.#options;
    const endpoint = (await this.#discover()).authorizationEndpoint;
    if (endpoint === null) throw refuse("The issuer has no login for people.");
    this.#forget();
    const [state, nonce, verifier] = [token(), token(), token()];
    this.#pending.set(state, { verifier, nonce, dropAt: clock.monotonicMs() + LIFETIME_MS });
    const url = new URL(endpoint);
    const query = {
      ...parameters,
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: challengeOf(verifier),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return { url: url.href, state };
  }

  /**
   * Takes the query of the callback. Rejects with `invalid_request` for a callback that belongs to no
   * login begun here (forged, repeated or late), `unauthenticated` when the issuer refused or its
   * answer does not verify.
   */
  async finish(callback: URLSearchParams): Promise<Login> {
    const state = callback.get("state") ?? "";
    const pending = this.#pending.get(state);
    this.#pending.delete(state);
    if (pending === undefined || pending.dropAt <= this.#options.clock.monotonicMs()) {
      throw new SluiceError("invalid_request", "This login was not begun here, or is over; begin again.", {
        field: "state",
      });
    }
    const discovered = await this.#discover();
    const named = callback.get("iss");
    // RFC 9207 section 2.4: against an answer of one issuer that is passed off as another's.
    if ((named !== null || discovered.namesItself) && named !== this.#options.issuer.issuer) {
      throw refuse("The login was answered by another issuer.");
    }
    const error = callback.get("error");
    if (error !== null) throw refuse(`The issuer refused the login (${shown(error)}).`);
    const code = callback.get("code");
    if (code === null || discovered.tokenEndpoint === null)
      throw refuse("The issuer's answer holds no code.");
    return this.#accept(
      await this.#exchange(discovered.tokenEndpoint, code, pending.verifier),
      pending.nonce,
    );
  }

  close(): void {
    this.#pending.clear();
    this.#idTokens.close();
  }

  async #exchange(url: string, code: string, verifier: string): Promise<JsonObject> {
    const { issuer, clientId, redirectUri, parameters } = this.#options;
    const form = {
      ...parameters,
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      client_id: clientId,
      code_verifier: verifier,
    };
    const request = { url, form, timeoutMs: issuer.timeoutMs, maxBytes: MAX_ANSWER_BYTES, ca: issuer.ca };
    const answer = await this.#fetch(request).catch((cause: unknown) => {
      throw refuse("The issuer's token endpoint cannot be reached.", cause);
    });
    if (answer.status === 200) return answer.body;
    const { error } = answer.body;
    throw refuse(`The issuer did not exchange the code (${shown(typeof error === "string" ? error : "")}).`);
  }

  async #accept(answer: JsonObject, nonce: string): Promise<Login> {
    const { access_token: accessToken, id_token: idToken, expires_in: lifetimeS, token_type: type } = answer;
    if (typeof accessToken !== "string" || typeof type !== "string" || type.toLowerCase() !== "bearer") {
      throw refuse("The issuer's answer holds no bearer token.");
    }
    const wantsIdToken = (this.#options.scope ?? "openid").split(" ").includes("openid");
    if (typeof idToken === "string") await this.#checkIdToken(idToken, nonce);
    else if (wantsIdToken) throw refuse("The issuer's answer holds no ID token.");
    return {
      accessToken,
      idToken: typeof idToken === "string" ? idToken : null,
      expiresAtMs: typeof lifetimeS === "number" ? this.#options.clock.nowMs() + lifetimeS * 1000 : null,
    };
  }

  /** OpenID Connect Core 1.0, section 3.1.3.7. */
  async #checkIdToken(idToken: string, nonce: string): Promise<void> {
    await this.#idTokens.verify(idToken);
    const claims = decodeJwt(idToken);
    if (claims["nonce"] !== nonce) throw refuse("The ID token belongs to another login (nonce).");
    const party = claims["azp"];
    const several = Array.isArray(claims.aud) && claims.aud.length > 1;
    if ((several || party !== undefined) && party !== this.#options.clientId) {
      throw refuse("The ID token was issued to another client (azp).");
    }
  }

  async #discover(): Promise<Discovered> {
    const deps = { fetch: this.#fetch, maxBytes: MAX_ANSWER_BYTES };
    this.#discovered ??= await discover(this.#options.issuer, deps).catch((cause: unknown) => {
      throw refuse("The issuer's discovery document cannot be fetched.", cause);
    });
    return this.#discovered;
  }

  /** Logins that were never finished leave in the order in which they came. */
  #forget(): void {
    for (const [state, { dropAt }] of this.#pending) {
      if (this.#pending.size < MAX_PENDING && dropAt > this.#options.clock.monotonicMs()) return;
      this.#pending.delete(state);
    }
  }
}

function token(): string {
  return randomBytes(32).toString("base64url");
}

/** An error code of the issuer, if it looks like one (RFC 6749 section 4.1.2.1 lists lower-case words). */
function shown(code: string): string {
  return /^[a-z_]{1,40}$/.test(code) ? code : "no reason given";
}

function refuse(message: string, cause?: unknown): SluiceError {
  return new SluiceError("unauthenticated", message, {}, { cause });
}
