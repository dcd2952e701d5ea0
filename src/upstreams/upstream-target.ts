import type { BuiltRequest } from "../dialects/dialect.js";
import type { DialectName } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";

/** Headers that describe the connection itself or decide how the answer is read: never configured. */
const RESERVED = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Where calls go: parsed once from the configuration, the only source of a host. */
export interface UpstreamTarget {
  /** Scheme, host, port. */
  readonly origin: URL;
  /** Path below which every call stays; no slash at its end. */
  readonly basePath: string;
}

/** @throws SluiceError `invalid_config` for what is no plain http(s) URL. */
export function parseTarget(connection: string, url: string): UpstreamTarget {
  const refuse = (why: string) =>
    new SluiceError("invalid_config", `Connection ${JSON.stringify(connection)}: url ${why}.`, {
      field: "url",
    });
  if (!URL.canParse(url)) throw refuse("is not a URL");
  const parsed = new URL(url);
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") throw refuse("must be http or https");
  if (parsed.username !== "" || parsed.password !== "") throw refuse("must not hold a credential");
  if (parsed.search !== "" || parsed.hash !== "") throw refuse("must not hold a query or fragment");
  return { origin: new URL(parsed.origin), basePath: parsed.pathname.replace(/\/+$/, "") };
}

/** Checks headers that a connection adds to every call. @throws SluiceError `invalid_config`. */
export function parseExtraHeaders(
  connection: string,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const parsed: Record<string, string> = {};
  for (const [key, value] of Object.entries(headers)) {
    const name = key.toLowerCase();
    const where = `Connection ${JSON.stringify(connection)}: headers.${key}`;
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) {
      throw new SluiceError("invalid_config", `${where} is not a header name.`, { field: `headers.${key}` });
    }
    if (RESERVED.has(name)) {
      throw new SluiceError("invalid_config", `${where} is set by the gateway itself; remove it.`, {
        field: `headers.${key}`,
      });
    }
    if (!isHeaderValue(value)) {
      throw new SluiceError("invalid_config", `${where} holds a character that no header may hold.`, {
        field: `headers.${key}`,
      });
    }
    parsed[name] = value;
  }
  return parsed;
}

/** The path of one call. @throws SluiceError `internal` for a dialect's path that leaves the base. */
export function callPath(target: UpstreamTarget, built: BuiltRequest): string {
  const path = target.basePath + built.path;
  const resolved = new URL(path, target.origin);
  const stays =
    resolved.origin === target.origin.origin && resolved.pathname.startsWith(`${target.basePath}/`);
  if (!built.path.startsWith("/") || !stays || resolved.hash !== "") {
    throw new SluiceError(
      "internal",
      "The gateway failed internally.",
      {},
      { cause: new Error("path left the base") },
    );
  }
  return resolved.pathname + resolved.search;
}

/** The header by which a dialect's servers take their key; empty for an empty credential. */
export function credentialHeader(
  dialect: DialectName,
  apiVersion: string | null,
  credential: string,
): Readonly<Record<string, string>> {
  if (credential === "") return {};
  switch (dialect) {
    case "anthropic-messages":
      return { "x-api-key": credential };
    case "gemini":
      return { "x-goog-api-key": credential };
    case "openai-chat":
    case "openai-completions":
    case "openai-responses":
      // Azure names an API version in every call and takes its keys here.
      return apiVersion === null ? { authorization: `Bearer ${credential}` } : { "api-key": credential };
    case "ollama":
    case "sluice":
      return { authorization: `Bearer ${credential}` };
  }
}

/** @see RFC 9110 section 5.5; text beyond latin-1 would be sent as other characters. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}
