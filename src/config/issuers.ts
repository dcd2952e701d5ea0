import { ISSUER_DEFAULTS, type IssuerConfig } from "../domain/issuer.js";
import type { Config } from "./load.js";
import type { WrittenIssuer } from "./shapes.js";

/** The configured issuers as the verifier takes them. @throws SluiceError `invalid_config` for a bad CA file. */
export function issuersOf(config: Config): readonly IssuerConfig[] {
  return config.written.identity.issuers.map((written) => issuerOf(written, config));
}

function issuerOf(written: WrittenIssuer, config: Config): IssuerConfig {
  const { claims } = written;
  return {
    ...ISSUER_DEFAULTS,
    issuer: written.issuer.value,
    audiences: written.audiences,
    algorithms: written.algorithms,
    typ: written.typ ?? null,
    claims: {
      subject: claims.subject,
      groups: claims.groups ?? null,
      team: claims.team ?? null,
      tenant: claims.tenant ?? null,
      attributes: Object.fromEntries(claims.attributes),
    },
    groupsPrefix: written.groupsPrefix,
    require: Object.fromEntries(written.require),
    roles: written.roles,
    clockToleranceS: written.clockTolerance / 1000,
    refreshMs: written.refresh,
    maxStaleMs: written.maxStale,
    timeoutMs: written.timeout,
    jwksUri: written.jwksUri ?? null,
    ca: written.ca === undefined ? null : config.pem(written.ca, "identity.issuers.ca"),
    insecure: written.insecure,
  };
}
