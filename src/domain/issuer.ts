import type { Role } from "./principal.js";

/** Signature algorithms that a token may carry: asymmetric ones only (RFC 7518 section 3.1, RFC 8037,
 *  RFC 9864). A shared secret would let every verifier make tokens. */
export const TOKEN_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** Which claims of an issuer's tokens become what. A claim is named by its key, or by a path with dots
 *  (`realm_access.roles`) where no key of that whole name exists. */
export interface ClaimMap {
  readonly subject: string;
  /** Null: tokens of this issuer give no groups, whatever they say. */
  readonly groups: string | null;
  readonly team: string | null;
  readonly tenant: string | null;
  /** Attribute name -> claim, for example `repository` of GitHub Actions. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One issuer whose tokens the gateway takes, with every default filled in. */
export interface IssuerConfig {
  /** Exactly what `iss` holds, and where discovery starts. */
  readonly issuer: string;
  /** One of these must stand in `aud`. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly TokenAlgorithm[];
  /** Header `typ` that is demanded, for example `at+jwt` (RFC 9068); null: `JWT`, `at+jwt` or none. */
  readonly typ: string | null;
  readonly claims: ClaimMap;
  /** Put before every group of this issuer, so that groups of two issuers never meet. */
  readonly groupsPrefix: string;
  /** Claim -> values of which one is demanded; what a public issuer such as GitHub's needs. */
  readonly require: Readonly<Record<string, readonly string[]>>;
  /** Role -> groups (with their prefix) that have it. */
  readonly roles: Readonly<Record<Exclude<Role, "caller">, readonly string[]>>;
  readonly clockToleranceS: number;
  /** Time between two fetches of the keys. */
  readonly refreshMs: number;
  /** For how long keys serve that cannot be fetched again. */
  readonly maxStaleMs: number;
  readonly timeoutMs: number;
  /** Skips discovery. */
  readonly jwksUri: string | null;
  /** PEM of the authorities that may certify the issuer's host; null: the system's. */
  readonly ca: string | null;
  /** Takes plain http beyond loopback. */
  readonly insecure: boolean;
}

/** What an issuer gets where its configuration says nothing. */
export const ISSUER_DEFAULTS = {
  algorithms: ["RS256", "ES256"],
  typ: null,
  claims: { subject: "sub", groups: null, team: null, tenant: null, attributes: {} },
  groupsPrefix: "",
  require: {},
  roles: { reviewer: [], auditor: [], operator: [] },
  clockToleranceS: 0,
  refreshMs: 150_000,
  maxStaleMs: 3_600_000,
  timeoutMs: 5_000,
  jwksUri: null,
  ca: null,
  insecure: false,
} as const satisfies Omit<IssuerConfig, "issuer" | "audiences">;
