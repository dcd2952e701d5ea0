import { SluiceError } from "../domain/errors.js";
import { type Principal, type PrincipalName, samePrincipal } from "../domain/principal.js";
import { parseSessionId, type SessionId } from "../domain/session-id.js";

/** Who a session belongs to, as its log says. */
export interface SessionOwner extends PrincipalName {
  readonly team: string | null;
  readonly tenant: string;
}

/** Callers see their own, auditors their team's, operators all. */
export function maySeeSession(owner: SessionOwner, viewer: Principal): boolean {
  if (samePrincipal(owner, viewer) || viewer.roles.includes("operator")) return true;
  if (!viewer.roles.includes("auditor")) return false;
  return owner.team !== null && owner.team === viewer.team && owner.tenant === viewer.tenant;
}

/** @throws SluiceError `not_found`: an id that is none cannot be told from one that is not yours. */
export function sessionIdOf(text: string): SessionId {
  const session = parseSessionId(text.toLowerCase());
  if (session === null) throw noSuchSession();
  return session;
}

export function noSuchSession(): SluiceError {
  return new SluiceError("not_found", "There is no such session.");
}
