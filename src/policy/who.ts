import type { Principal } from "../domain/principal.js";

/** Whom a policy is for: the keys are ANDed, the values of a key ORed. */
export interface Who {
  readonly everyone: boolean;
  readonly groups: readonly string[] | undefined;
  readonly subjects: readonly string[] | undefined;
  readonly issuers: readonly string[] | undefined;
  readonly teams: readonly string[] | undefined;
  readonly tenants: readonly string[] | undefined;
  readonly attributes: ReadonlyMap<string, readonly (string | number | boolean)[]> | undefined;
}

/** Null when the principal is one of them; else which key it fails, for the trace. */
export function whyNotWho(who: Who, principal: Principal): string | null {
  if (who.everyone) return null;
  return (
    lacks("groups", who.groups, principal.groups) ??
    lacks("subjects", who.subjects, [principal.subject]) ??
    lacks("issuers", who.issuers, [principal.issuer]) ??
    lacks("teams", who.teams, principal.team === null ? [] : [principal.team]) ??
    lacks("tenants", who.tenants, [principal.tenant]) ??
    lacksAttributes(who, principal)
  );
}

function lacksAttributes(who: Who, principal: Principal): string | null {
  for (const [name, wanted] of who.attributes ?? []) {
    const own = Object.hasOwn(principal.attributes, name) ? principal.attributes[name] : undefined;
    const values = own === undefined ? [] : typeof own === "object" ? own : [own];
    const missing = lacks(`attributes.${name}`, wanted, values);
    if (missing !== null) return missing;
  }
  return null;
}

type Value = string | number | boolean;

function lacks(key: string, wanted: readonly Value[] | undefined, own: readonly Value[]): string | null {
  if (wanted === undefined || wanted.some((value) => own.includes(value))) return null;
  return `who.${key}: is none of ${wanted.slice(0, 10).join(", ")}${wanted.length > 10 ? ", ..." : ""}`;
}
