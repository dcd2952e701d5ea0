import { type Place, quote, suggest } from "../../documents/index.js";
import type { WrittenPolicy } from "../language/policy-document.js";
import type { IssuerFacts } from "../surroundings.js";
import type { Who } from "../who.js";
import type { Check } from "./check.js";

/** Whom a policy names must be somebody whom a token could make. */
export function checkWho(
  { who: { value: who, at } }: WrittenPolicy,
  { surroundings, problems }: Check,
): void {
  const { issuers } = surroundings;
  if (issuers === undefined) return;
  const names = issuers.map(({ issuer }) => issuer);
  const unknown = (who.issuers ?? []).filter((issuer) => !names.includes(issuer));
  for (const issuer of unknown)
    problems.add(at, `issuers: ${quote(issuer)} is not configured; ${suggest(issuer, names)}`);
  const meant = issuers.filter(({ issuer }) => who.issuers?.includes(issuer) !== false);
  if (unknown.length > 0 || meant.length === 0) return;
  for (const why of whyNobody(who, meant)) problems.add(at, why);
}

function whyNobody(who: Who, meant: readonly IssuerFacts[]): readonly string[] {
  const whys: string[] = [];
  for (const group of who.groups ?? []) {
    const why = whyNoGroup(group, meant);
    if (why !== null) whys.push(`groups: ${why}`);
  }
  if (who.teams !== undefined && !meant.some(({ teams }) => teams))
    whys.push("teams: no issuer names a claim for the team (`claims.team`), so nobody has one");
  for (const tenant of who.tenants ?? []) {
    if (meant.some(({ issuer, tenants }) => tenants || issuer === tenant)) continue;
    whys.push(
      `tenants: no issuer names a claim for the tenant (\`claims.tenant\`), so each is its issuer, never ${quote(tenant)}`,
    );
  }
  const mapped = meant.flatMap(({ attributes }) => attributes);
  for (const name of who.attributes?.keys() ?? []) {
    if (!mapped.includes(name))
      whys.push(
        `attributes: no issuer maps a claim to ${quote(name)}, so nobody has it; ${suggest(name, mapped)}`,
      );
  }
  return whys;
}

/** Reviewers who could not exist would leave every review to its expiry. */
export function checkReviewers(policy: WrittenPolicy, { surroundings, problems }: Check): void {
  const { issuers } = surroundings;
  if (issuers === undefined || issuers.length === 0) return;
  for (const { value: rule, at } of policy.prompt) {
    if (rule.kind !== "review") continue;
    for (const group of rule.spec.reviewers.groups) addGroup(group, { issuers, at, problems });
  }
}

function addGroup(
  group: string,
  {
    issuers,
    at,
    problems,
  }: { readonly issuers: readonly IssuerFacts[]; readonly at: Place; readonly problems: Check["problems"] },
): void {
  const why = whyNoGroup(group, issuers);
  if (why !== null) problems.add(at, `review.reviewers: ${why}`);
}

function whyNoGroup(group: string, issuers: readonly IssuerFacts[]): string | null {
  const prefixes = issuers.flatMap(({ groupsPrefix }) => groupsPrefix ?? []);
  if (prefixes.some((prefix) => group.startsWith(prefix))) return null;
  if (prefixes.length === 0)
    return `no issuer gives groups (\`claims.groups\` names their claim), so nobody is in ${quote(group)}`;
  return `nobody can be in ${quote(group)}: groups begin with ${prefixes.map(quote).join(" or ")} (groupsPrefix)`;
}
