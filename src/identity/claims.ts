import { SluiceError } from "../domain/errors.js";
import type { IssuerConfig } from "../domain/issuer.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";
import type { Principal, Role } from "../domain/principal.js";

/** What one token may bring, so that no principal outgrows records and policies. */
const MAX_GROUPS = 1_000;
const MAX_TEXT = 1_024;
const ROLES = ["reviewer", "auditor", "operator"] as const;

type AttributeValue = Principal["attributes"][string];

/**
 * Makes the principal of a token whose signature, issuer, audience and times are verified.
 * A claim that is there in a form that cannot be used refuses the token (`unauthenticated`, naming the
 * claim): a group that went missing could be the one that a rule denies.
 */
export function principalOf(payload: JsonObject, config: IssuerConfig): Principal {
  const { claims } = config;
  checkRequired(payload, config);
  const subject = textClaim(payload, claims.subject);
  if (subject === null || subject === "") throw unusable(claims.subject, "is missing");
  if (claims.subject === "email" && payload["email_verified"] === false)
    throw unusable("email", "is not verified");
  const groups = groupsOf(payload, config);
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, claim] of Object.entries(claims.attributes)) {
    const value = findClaim(payload, claim);
    if (value !== null) attributes[name] = attributeValue(claim, value);
  }
  return Object.freeze({
    issuer: config.issuer,
    subject,
    groups,
    roles: rolesOf(groups, config),
    team: claims.team === null ? null : textClaim(payload, claims.team),
    tenant: (claims.tenant === null ? null : textClaim(payload, claims.tenant)) ?? config.issuer,
    attributes: Object.freeze(attributes),
    expiresAtMs: (Number(payload["exp"]) + config.clockToleranceS) * 1000,
  });
}

/** A claim by its whole name, else by a path with dots; null where there is none. */
function findClaim(payload: JsonObject, name: string): JsonValue {
  if (Object.hasOwn(payload, name)) return payload[name] ?? null;
  let value: JsonValue = payload;
  for (const step of name.split(".")) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return null;
    value = value[step] ?? null;
  }
  return value;
}

function groupsOf(payload: JsonObject, config: IssuerConfig): readonly string[] {
  const claim = config.claims.groups;
  if (claim === null) return [];
  // Microsoft Entra leaves the groups out when there are many and names a place to fetch them.
  const elsewhere = payload["_claim_names"];
  if (isJsonObject(elsewhere) && Object.hasOwn(elsewhere, claim)) {
    throw unusable(
      claim,
      "is too long for the token and was left out by the issuer; map app roles or filter groups",
    );
  }
  const value = findClaim(payload, claim);
  if (value === null) return [];
  const listed = textList(claim, typeof value === "string" ? [value] : value);
  return Object.freeze([...new Set(listed)].map((group) => config.groupsPrefix + group));
}

function rolesOf(groups: readonly string[], config: IssuerConfig): readonly Role[] {
  const held = ROLES.filter((role) => config.roles[role].some((group) => groups.includes(group)));
  return Object.freeze(["caller" as const, ...held]);
}

function checkRequired(payload: JsonObject, config: IssuerConfig): void {
  for (const [claim, allowed] of Object.entries(config.require)) {
    const value = findClaim(payload, claim);
    const given = Array.isArray(value) ? value : [value];
    const fits = given.some(
      (item) => item !== null && typeof item !== "object" && allowed.includes(String(item)),
    );
    if (!fits) throw unusable(claim, "does not have a value that this gateway takes");
  }
}

function attributeValue(claim: string, value: JsonValue): AttributeValue {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "string") return text(claim, value);
  return textList(claim, value);
}

function textClaim(payload: JsonObject, claim: string): string | null {
  const value = findClaim(payload, claim);
  if (value === null) return null;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return text(claim, value);
}

function textList(claim: string, value: JsonValue): readonly string[] {
  if (!Array.isArray(value)) throw unusable(claim, "is not a list of strings");
  if (value.length > MAX_GROUPS) throw unusable(claim, `holds more than ${MAX_GROUPS} entries`);
  return Object.freeze(value.map((entry: JsonValue) => text(claim, entry)));
}

/** Control and bidirectional characters have no place in a name that logs and reviewers show. */
function text(claim: string, value: JsonValue): string {
  if (typeof value !== "string") throw unusable(claim, "is not a string");
  if (value.length > MAX_TEXT) throw unusable(claim, `is longer than ${MAX_TEXT} characters`);
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(value)) {
    throw unusable(claim, "holds a control character");
  }
  return value;
}

function unusable(claim: string, what: string): SluiceError {
  return new SluiceError("unauthenticated", `The token's claim "${claim}" ${what}.`);
}
