import { SluiceError } from "../domain/errors.js";

/** The three places where a token may stand; a header that came several times is a list. */
export interface CredentialHeaders {
  readonly authorization?: string | readonly string[] | undefined;
  readonly "x-api-key"?: string | readonly string[] | undefined;
  readonly "sec-websocket-protocol"?: string | readonly string[] | undefined;
}

/** A browser cannot set headers on a WebSocket; it offers the token as a subprotocol that is never
 *  selected. */
export const TOKEN_SUBPROTOCOL_PREFIX = "base64url.bearer.authorization.sluice.dev.";

/**
 * The token of a request, or null when it has none. Bearer in any case of letters (RFC 9110 section
 * 11.1), `x-api-key` as SDKs of Anthropic send it, and the subprotocol entry, all three on every route.
 * Throws `invalid_request` when they differ (whichever was meant, somebody else would be judged), and
 * `unauthenticated` for another scheme.
 */
export function credentialFrom(headers: CredentialHeaders): { readonly token: string } | null {
  const tokens = new Set<string>();
  for (const value of listOf(headers.authorization)) tokens.add(bearerToken(value));
  for (const value of listOf(headers["x-api-key"])) tokens.add(apiKey(value));
  for (const value of listOf(headers["sec-websocket-protocol"])) {
    for (const entry of value.split(",")) {
      const token = subprotocolToken(entry.trim());
      if (token !== null) tokens.add(token);
    }
  }
  const [token, second] = tokens;
  if (second !== undefined) {
    throw new SluiceError("invalid_request", "The request carries two different credentials; send one.", {
      field: "authorization",
    });
  }
  return token === undefined ? null : { token };
}

function bearerToken(value: string): string {
  const token = /^bearer +([^\s]+) *$/i.exec(value.trim())?.[1];
  if (token !== undefined) return token;
  throw new SluiceError("unauthenticated", 'The authorization header is not "Bearer <token>".');
}

/** Some SDKs put the scheme into the key too. */
function apiKey(value: string): string {
  const token = /^(?:bearer +)?([^\s]+)$/i.exec(value.trim())?.[1];
  if (token !== undefined) return token;
  throw new SluiceError("unauthenticated", "The x-api-key header does not hold a token.");
}

function subprotocolToken(entry: string): string | null {
  if (!entry.startsWith(TOKEN_SUBPROTOCOL_PREFIX)) return null;
  const encoded = entry.slice(TOKEN_SUBPROTOCOL_PREFIX.length);
  const token = Buffer.from(encoded, "base64url").toString("latin1");
  if (/^[\w-]+$/.test(encoded) && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new SluiceError("unauthenticated", "The subprotocol entry does not hold a token in base64url.");
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
