import type { IssuerConfig } from "../domain/issuer.js";
import type { JsonObject } from "../domain/json.js";
import { isLoopbackUrl, secureUrl } from "../domain/loopback.js";
import type { DocumentFetch } from "./document-fetch.js";

/** What an issuer's discovery document says, as far as the gateway uses it. */
export interface Discovered {
  readonly jwksUri: string;
  /** Null where the issuer has no login for people, as issuers of CI jobs. */
  readonly authorizationEndpoint: string | null;
  readonly tokenEndpoint: string | null;
  /** Whether every authorization response names its issuer (RFC 9207). */
  readonly namesItself: boolean;
}

export interface DiscoveryDeps {
  readonly fetch: DocumentFetch;
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

/**
 * OpenID Connect Discovery 1.0, section 4. The document must name the issuer that was asked, and may
 * send the gateway nowhere that the configuration could not have named. Rejects with an Error whose
 * message may be logged.
 */
export async function discover(config: IssuerConfig, deps: DiscoveryDeps): Promise<Discovered> {
  const document = await fetchOf(config, discoveryUrl(config.issuer), deps);
  if (document["issuer"] !== config.issuer) {
    throw new Error("the discovery document names another issuer than the configuration");
  }
  const jwksUri = endpoint(document, "jwks_uri", config);
  if (jwksUri === null) throw new Error("the discovery document has no jwks_uri");
  return {
    jwksUri,
    authorizationEndpoint: endpoint(document, "authorization_endpoint", config),
    tokenEndpoint: endpoint(document, "token_endpoint", config),
    namesItself: document["authorization_response_iss_parameter_supported"] === true,
  };
}

function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/** One JSON document of the issuer; anything but status 200 is an Error that names the path alone. */
export async function fetchOf(config: IssuerConfig, url: string, deps: DiscoveryDeps): Promise<JsonObject> {
  const { pathname } = new URL(url);
  const answer = await deps
    .fetch({
      url,
      timeoutMs: config.timeoutMs,
      maxBytes: deps.maxBytes,
      ca: config.ca,
      ...(deps.signal !== undefined && { signal: deps.signal }),
    })
    .catch((error: unknown) => {
      throw new Error(`${pathname}: ${error instanceof Error ? error.message : "failed"}`);
    });
  if (answer.status !== 200) throw new Error(`${pathname}: status ${answer.status}`);
  return answer.body;
}

function endpoint(document: JsonObject, name: string, config: IssuerConfig): string | null {
  const url = document[name];
  if (url === undefined) return null;
  if (typeof url !== "string" || !URL.canParse(url)) {
    throw new Error(`the discovery document has a ${name} that is no URL`);
  }
  const inward = isLoopbackUrl(url) && !isLoopbackUrl(config.issuer);
  const plain = new URL(url).protocol === "http:" && config.insecure;
  if (!inward && (secureUrl(url) || plain)) return url;
  throw new Error(`the discovery document names a ${name} that is not https`);
}
