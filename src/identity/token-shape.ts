import { decodeJwt, decodeProtectedHeader } from "jose";
import { SluiceError } from "../domain/errors.js";
import { type IssuerConfig, TOKEN_ALGORITHMS } from "../domain/issuer.js";

/** What a token says of itself, before anything is verified. */
export interface TokenShape {
  readonly issuer: string;
  readonly kid: string | null;
  readonly algorithm: string;
  readonly typ: string | null;
}

/** Types that a token without a pin may have: a general JWT, or an access token (RFC 9068). Tokens of
 *  another purpose (logout, security events, DPoP proofs) have types of their own. */
const UNPINNED = ["jwt", "at+jwt"];

/** Reads the unverified parts. Throws `unauthenticated`; no message repeats any of the token. */
export function readShape(token: string, maxBytes: number): TokenShape {
  if (token.length > maxBytes) throw refuse(`The token is longer than ${maxBytes} bytes.`);
  const parts = token.split(".");
  if (parts.length === 5) throw refuse("The token is encrypted (JWE); a signed token (JWS) is needed.");
  if (parts.length !== 3 || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token))
    throw refuse("The credential is not a JSON Web Token.");
  try {
    const header = decodeProtectedHeader(token);
    const { iss } = decodeJwt(token);
    if (typeof iss !== "string") throw refuse("The token names no issuer (iss).");
    return {
      issuer: iss,
      kid: typeof header.kid === "string" ? header.kid : null,
      algorithm: typeof header.alg === "string" ? header.alg : "",
      typ: typeof header.typ === "string" ? header.typ : null,
    };
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw refuse("The credential is not a JSON Web Token.");
  }
}

/** Holds the header to what the issuer may use. */
export function checkShape(shape: TokenShape, config: IssuerConfig): void {
  if (!config.algorithms.some((allowed) => allowed === shape.algorithm)) {
    const known = ["none", "HS256", "HS384", "HS512", ...TOKEN_ALGORITHMS].includes(shape.algorithm);
    const named = known ? `"${shape.algorithm}"` : "an unknown algorithm";
    throw refuse(`The token is signed with ${named}; its issuer may use: ${config.algorithms.join(", ")}.`);
  }
  const typ = shape.typ?.toLowerCase().replace(/^application\//, "") ?? null;
  if (config.typ === null) {
    if (typ !== null && !UNPINNED.includes(typ))
      throw refuse("The token's type (typ) is not that of an access token.");
  } else if (typ !== config.typ.toLowerCase().replace(/^application\//, "")) {
    throw refuse(`The token's type (typ) is not "${config.typ}"; is it an ID token?`);
  }
}

function refuse(message: string): SluiceError {
  return new SluiceError("unauthenticated", message);
}
