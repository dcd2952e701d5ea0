import { issuersOf } from "../../config/issuers.js";
import type { Config } from "../../config/load.js";
import type { IssuerConfig } from "../../domain/issuer.js";
import { discover } from "../../identity/discovery.js";
import { fetchDocument } from "../../identity/document-fetch.js";
import { broken, type Finding, fine, odd, reasonOf } from "./finding.js";

const MAX_BYTES = 1 << 20;

/** Whether each issuer's keys can be had, and are of a kind that is taken. */
export function issuers(config: Config, timeoutMs: number): Promise<readonly Finding[]> {
  return Promise.all(issuersOf(config).map((issuer) => issuerFinding(issuer, timeoutMs)));
}

async function issuerFinding(issuer: IssuerConfig, timeoutMs: number): Promise<Finding> {
  const check = `issuer ${issuer.issuer}`;
  try {
    const within = { ...issuer, timeoutMs };
    const url =
      issuer.jwksUri ?? (await discover(within, { fetch: fetchDocument, maxBytes: MAX_BYTES })).jwksUri;
    const { status, body } = await fetchDocument({ url, timeoutMs, maxBytes: MAX_BYTES, ca: issuer.ca });
    const { keys } = body;
    if (status !== 200 || !Array.isArray(keys))
      return broken(
        check,
        `${url} answers with status ${status} and no keys`,
        "look at jwksUri and at the issuer",
      );
    if (keys.length === 0)
      return odd(
        check,
        `${url} lists no keys`,
        "no token of this issuer can be verified; look at the issuer",
      );
    return fine(check, `${keys.length} key${keys.length === 1 ? "" : "s"} from ${url}`);
  } catch (thrown) {
    return broken(
      check,
      reasonOf(thrown),
      "look at issuer, ca and the network from here; tokens of this issuer are refused until its keys were fetched",
    );
  }
}
