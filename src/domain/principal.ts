/** What a principal may do beside asking: `caller` is everybody, own sessions only. */
export type Role = "caller" | "reviewer" | "auditor" | "operator";

/** Who asks: parsed from a verified token, never from a header. Equality is (issuer, subject). */
export interface Principal {
  readonly issuer: string;
  readonly subject: string;
  readonly groups: readonly string[];
  readonly roles: readonly Role[];
  /** Mapped claim `team`; null where the token has none. */
  readonly team: string | null;
  /** Mapped claim `tenant`, else the issuer. */
  readonly tenant: string;
  /** Other mapped claims, for `who` and CEL: strings, numbers, booleans or lists of strings. */
  readonly attributes: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** When the token stops being valid, milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

export function samePrincipal(a: PrincipalName, b: PrincipalName): boolean {
  return a.issuer === b.issuer && a.subject === b.subject;
}

/** The two fields that name a principal; what records and votes hold. */
export interface PrincipalName {
  readonly issuer: string;
  readonly subject: string;
}
