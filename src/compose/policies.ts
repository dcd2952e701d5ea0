import { readFileSync } from "node:fs";
import type { Config } from "../config/load.js";
import { clientDialects } from "../dialects/index.js";
import type { FrontEnd } from "../domain/entry.js";
import type { Principal } from "../domain/principal.js";
import type { Detector } from "../patterns/detector.js";
import { matchesGlob } from "../policy/glob.js";
import { loadPolicies, type PolicySource } from "../policy/load-policies.js";
import type { PatternScanner } from "../policy/pattern-scanner.js";
import type { PolicySet } from "../policy/policy-set.js";
import type { Surface } from "../policy/surroundings.js";

/** What policies may refer to, and every way by which a caller comes in. */
export function policySource(
  config: Config,
  detectors: readonly Detector[],
  scanner: PatternScanner,
): PolicySource {
  const { connections, identity } = config.written;
  return {
    file: config.policiesInline ? config.file : config.policyFile,
    embedded: config.policiesInline,
    connections: connections.map(({ name, models, dialect, aliases }) => ({
      name: name.value,
      models: [...models, ...aliases.keys()],
      dialect,
    })),
    detectors: detectors.map(({ id, entity }) => ({ id, entity })),
    surfaces: surfaces(),
    issuers: identity.issuers.map(({ issuer, claims, groupsPrefix }) => ({
      issuer: issuer.value,
      attributes: [...claims.attributes.keys()],
      groupsPrefix: claims.groups === undefined ? null : groupsPrefix,
      teams: claims.team !== undefined,
      tenants: claims.tenant !== undefined,
    })),
    lint: (rule) => scanner.problems(rule),
  };
}

/** @throws SluiceError `invalid_config`, with every problem and its place. */
export function readPolicies(config: Config, source: PolicySource): PolicySet {
  return loadPolicies(policyText(config), source);
}

export function policyText(config: Config): string {
  return readFileSync(config.policyFile, "utf8");
}

export function surfaces(): readonly Surface[] {
  const own: readonly Surface[] = (["grpc", "websocket"] as const).map((frontEnd: FrontEnd) => ({
    frontEnd,
    dialect: "sluice",
  }));
  const http = [...clientDialects.keys()].filter((dialect) => dialect !== "sluice");
  return [...own, ...http.map((dialect) => ({ frontEnd: "http" as const, dialect }))];
}

/** Whether some policy in force names this caller, connection and model. */
export function mayUse(set: PolicySet, principal: Principal, connection: string, model: string): boolean {
  return set
    .namedFor(principal)
    .some(
      ({ connections, models }) =>
        connections.includes(connection) && models.some((glob) => matchesGlob(glob, model)),
    );
}
