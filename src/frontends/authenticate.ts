import { SluiceError } from "../domain/errors.js";
import type { Principal } from "../domain/principal.js";
import { type CredentialHeaders, credentialFrom, TOKEN_SUBPROTOCOL_PREFIX } from "../identity/credential.js";
import type { TokenVerifier } from "../identity/token-verifier.js";

/** A verified caller, and the token by which the caller is verified again for each further session. */
export interface Caller {
  readonly principal: Principal;
  readonly token: string;
}

/**
 * Who sends this request. The same on every route of every front end.
 * @throws SluiceError `unauthenticated`, `invalid_request` (two different credentials),
 *   `permission_denied` (revoked), `overloaded`.
 */
export async function authenticate(
  headers: CredentialHeaders,
  verifier: Pick<TokenVerifier, "verify" | "verifyCached">,
): Promise<Caller> {
  const credential = credentialFrom(headers);
  if (credential === null) {
    throw new SluiceError("unauthenticated", 'No token came; send "authorization: Bearer <token>".');
  }
  const { token } = credential;
  return { token, principal: verifier.verifyCached(token) ?? (await verifier.verify(token)) };
}

/** Whether a request shows any credential, right or wrong: RFC 6750 section 3.1 wants no error code
 *  in the challenge where none came. */
export function hasCredential(headers: CredentialHeaders): boolean {
  const entries = headers["sec-websocket-protocol"]?.toString() ?? "";
  const isOffered = entries.includes(TOKEN_SUBPROTOCOL_PREFIX);
  return headers.authorization !== undefined || headers["x-api-key"] !== undefined || isOffered;
}

/** The value of WWW-Authenticate for an error, RFC 6750 section 3; null: the error is no challenge. */
export function challengeFor(error: SluiceError, headers: CredentialHeaders): string | null {
  switch (error.code) {
    case "unauthenticated":
    case "token_expired":
      return hasCredential(headers)
        ? `Bearer realm="sluice", error="invalid_token", error_description="${described(error.message)}"`
        : 'Bearer realm="sluice"';
    case "permission_denied":
      if (error.details.field === "origin") return null;
      return 'Bearer realm="sluice", error="insufficient_scope"';
    default:
      return null;
  }
}

/** What may stand in a description (RFC 6750 section 3): a name of the configuration may hold any letter. */
function described(message: string): string {
  return message.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/gu, "?");
}
