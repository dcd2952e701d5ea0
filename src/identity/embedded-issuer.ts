import { createHash, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { JWK } from "jose";
import { SluiceError } from "../domain/errors.js";
import { ISSUER_DEFAULTS, type IssuerConfig } from "../domain/issuer.js";
import { type Clock, systemClock } from "../domain/time.js";
import { AuthorizationCodes } from "./authorization-codes.js";
import { DEMO_USERS, type DemoUser } from "./demo-users.js";
import { serveIssuer } from "./embedded-endpoints.js";
import { type MintAlgorithm, TokenMint } from "./token-mint.js";

export interface EmbeddedIssuerOptions {
  readonly clock?: Clock;
  readonly users?: readonly DemoUser[];
  /** Default: RS256. */
  readonly algorithm?: MintAlgorithm;
  /** `aud` of its access tokens. Default: `sluice`. */
  readonly audience?: string;
  /** The one client that may log people in. Default: `sluice-console`. */
  readonly clientId?: string;
  /** Where a login may return to: exact addresses; a loopback one without port stands for every port
   *  (RFC 8252 section 7.3). Default: `http://127.0.0.1/callback` and the console's. */
  readonly redirectUris?: readonly string[];
  /** Default: one hour. */
  readonly lifetimeS?: number;
  /** Loopback port; default 0, any free one. */
  readonly port?: number;
  /** A private key from `state()`; default: a new one. */
  readonly key?: JWK;
}

/** What another process of the same user needs to mint tokens: secret, for a file of mode 0600. */
export interface EmbeddedIssuerState {
  readonly issuer: string;
  readonly audience: string;
  readonly key: JWK;
  readonly users: readonly DemoUser[];
  readonly lifetimeS: number;
}

const DEFAULT_REDIRECTS = [
  "http://127.0.0.1/callback",
  "http://127.0.0.1/console/",
  "http://localhost/console/",
];

/**
 * An OpenID provider inside the process, for the demo and for tests: it listens on loopback only, and
 * serves discovery, keys, the authorization code flow with PKCE for its users, and real
 * signed JWTs. The gateway trusts it like any other issuer, through its keys.
 */
export class EmbeddedIssuer {
  readonly users: readonly DemoUser[];
  readonly clientId: string;
  readonly audience: string;
  readonly #mint: TokenMint;
  readonly #lifetimeS: number;
  readonly #server: Server;
  #issuer = "";

  private constructor(mint: TokenMint, options: EmbeddedIssuerOptions) {
    this.users = options.users ?? DEMO_USERS;
    this.clientId = options.clientId ?? "sluice-console";
    this.audience = options.audience ?? "sluice";
    this.#mint = mint;
    this.#lifetimeS = options.lifetimeS ?? 3_600;
    const deps = {
      issuer: () => this.#issuer,
      clientId: this.clientId,
      redirectUris: options.redirectUris ?? DEFAULT_REDIRECTS,
      users: this.users,
      codes: new AuthorizationCodes(options.clock ?? systemClock),
      jwks: () => ({ keys: [mint.publicJwk] }),
      discovery: () => this.#discovery(),
      tokens: (user: DemoUser, nonce: string | null) => this.#tokens(user, nonce),
    };
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
      void serveIssuer(deps, request, response);
    });
    this.#server.maxConnections = 200;
  }

  /** Makes the key and starts to listen. Rejects with `invalid_config` when the port is taken. */
  static async start(options: EmbeddedIssuerOptions = {}): Promise<EmbeddedIssuer> {
    const clock = options.clock ?? systemClock;
    const mint =
      options.key === undefined
        ? await TokenMint.generate(options.algorithm ?? "RS256", clock)
        : await TokenMint.restore(options.key, clock);
    const issuer = new EmbeddedIssuer(mint, options);
    await issuer.#listen(options.port ?? 0);
    return issuer;
  }

  /** The issuer's URL, as in `iss`. */
  get issuer(): string {
    return this.#issuer;
  }

  /** How a gateway is told to trust it, with the roles of the demo's groups. */
  issuerConfig(overrides: Partial<IssuerConfig> = {}): IssuerConfig {
    return {
      ...ISSUER_DEFAULTS,
      issuer: this.#issuer,
      audiences: [this.audience],
      algorithms: [this.#mint.algorithm],
      typ: "at+jwt",
      claims: { ...ISSUER_DEFAULTS.claims, groups: "groups", team: "team" },
      roles: { reviewer: ["compliance"], auditor: ["audit"], operator: ["platform"] },
      ...overrides,
    };
  }

  /** A signed access token of one user. `claims` override what it says. Rejects with `invalid_request`
   *  for an unknown user. */
  token(user: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return mintAccessToken(this.#mint, this.state(), { user, claims });
  }

  state(): EmbeddedIssuerState {
    const { issuer, audience, users } = this;
    return { issuer, audience, users, key: this.#mint.privateJwk, lifetimeS: this.#lifetimeS };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (cause) => {
        const message = `The demo issuer cannot listen on 127.0.0.1:${port}; is the port taken?`;
        reject(new SluiceError("invalid_config", message, {}, { cause }));
      });
      this.#server.listen(port, "127.0.0.1", () => {
        const address = this.#server.address();
        const bound = typeof address === "object" && address !== null ? address.port : port;
        this.#issuer = `http://127.0.0.1:${bound}`;
        resolve();
      });
    });
  }

  #discovery(): object {
    const base = this.#issuer;
    return {
      issuer: base,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      jwks_uri: `${base}/jwks`,
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: [this.#mint.algorithm],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["none"],
      scopes_supported: ["openid", "profile"],
      claims_supported: ["sub", "groups", "team"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  async #tokens(user: DemoUser, nonce: string | null): Promise<object> {
    const accessToken = await this.token(user.name);
    const half = createHash("sha256").update(accessToken, "ascii").digest().subarray(0, 16);
    const idToken = await this.#mint.sign(
      {
        iss: this.#issuer,
        sub: user.name,
        aud: this.clientId,
        groups: user.groups,
        at_hash: half.toString("base64url"),
        ...(nonce !== null && { nonce }),
      },
      { typ: "JWT", lifetimeS: this.#lifetimeS },
    );
    return {
      access_token: accessToken,
      id_token: idToken,
      token_type: "Bearer",
      expires_in: this.#lifetimeS,
    };
  }
}

/** A token of a running embedded issuer, made by another process that read its state. */
export async function tokenFromState(
  state: EmbeddedIssuerState,
  user: string,
  clock: Clock = systemClock,
): Promise<string> {
  return mintAccessToken(await TokenMint.restore(state.key, clock), state, { user, claims: {} });
}

function mintAccessToken(
  mint: TokenMint,
  state: EmbeddedIssuerState,
  wanted: { readonly user: string; readonly claims: Readonly<Record<string, unknown>> },
): Promise<string> {
  const user = state.users.find((known) => known.name === wanted.user);
  if (user === undefined) {
    const known = state.users.map(({ name }) => name).join(", ");
    throw new SluiceError("invalid_request", `The demo has no such user; it knows: ${known}.`, {
      field: "user",
    });
  }
  const claims = {
    iss: state.issuer,
    sub: user.name,
    aud: state.audience,
    client_id: "sluice-demo",
    jti: randomUUID(),
    groups: user.groups,
    team: user.team,
    ...wanted.claims,
  };
  return mint.sign(claims, { typ: "at+jwt", lifetimeS: state.lifetimeS });
}

/** Reads a state that another process wrote. @throws SluiceError `invalid_config` for anything else. */
export function parseIssuerState(value: unknown): EmbeddedIssuerState {
  const state = value as Partial<EmbeddedIssuerState> | null;
  const isWhole =
    typeof state === "object" &&
    state !== null &&
    typeof state.issuer === "string" &&
    typeof state.audience === "string" &&
    typeof state.lifetimeS === "number" &&
    typeof state.key === "object" &&
    Array.isArray(state.users);
  if (!isWhole)
    throw new SluiceError(
      "invalid_config",
      "The state of the demo's issuer is damaged; start the demo again.",
    );
  return state as EmbeddedIssuerState;
}
