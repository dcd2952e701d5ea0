import type { Config } from "../config/load.js";
import type { RevocationList } from "../identity/revocation.js";

/** Whose authority the configuration takes back. A subject without an issuer is meant of every issuer. */
export function revocationsOf(config: Config): RevocationList {
  const { issuers, revoked, blockAll } = config.written.identity;
  const named = issuers.map(({ issuer }) => issuer.value);
  return {
    killSwitch: blockAll,
    issuers: issuers.filter(({ blocked }) => blocked).map(({ issuer }) => issuer.value),
    subjects: revoked.flatMap(({ subject, issuer }) =>
      (issuer === undefined ? named : [issuer.value]).map((each) => ({ issuer: each, subject })),
    ),
  };
}
