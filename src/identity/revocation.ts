import { SluiceError } from "../domain/errors.js";
import type { PrincipalName } from "../domain/principal.js";

/** What the configuration holds of it; may be replaced while the gateway runs. */
export interface RevocationList {
  /** Subjects that are refused whatever their token says. */
  readonly subjects: readonly PrincipalName[];
  /** Issuers of which every token is refused. */
  readonly issuers: readonly string[];
  /** Refuses everybody, and ends every open session. */
  readonly killSwitch: boolean;
}

/** What an open session is told: whether it is meant, and the error that it ends with. */
export interface Revoked {
  readonly concerns: (principal: PrincipalName) => boolean;
  readonly error: SluiceError;
}

export const NOTHING_REVOKED: RevocationList = { subjects: [], issuers: [], killSwitch: false };

/**
 * Takes authority back at once: from subjects, from an issuer, or from everybody. New requests are refused
 * by `check`; open sessions learn it through `onRevoked` and end.
 */
export class Revocation {
  #subjects: ReadonlySet<string>;
  #issuers: ReadonlySet<string>;
  #killSwitch: boolean;
  readonly #listeners = new Set<(revoked: Revoked) => void>();

  constructor(list: RevocationList = NOTHING_REVOKED) {
    this.#subjects = namesOf(list);
    this.#issuers = new Set(list.issuers);
    this.#killSwitch = list.killSwitch;
  }

  /** Throws `permission_denied` when the subject may no longer do anything. */
  check(principal: PrincipalName): void {
    const error = this.denial(principal);
    if (error !== null) throw error;
  }

  denial(principal: PrincipalName): SluiceError | null {
    if (this.#killSwitch) return killed();
    if (this.#issuers.has(principal.issuer)) return blocked();
    return this.#subjects.has(nameOf(principal)) ? revoked() : null;
  }

  /** Puts another list in force. Listeners hear of what it takes away, not of what it gives back. */
  replace(list: RevocationList): void {
    const subjects = added(namesOf(list), this.#subjects);
    const issuers = added(new Set(list.issuers), this.#issuers);
    const killedBefore = this.#killSwitch;
    this.#subjects = namesOf(list);
    this.#issuers = new Set(list.issuers);
    this.#killSwitch = list.killSwitch;
    if (list.killSwitch && !killedBefore) this.#tell({ concerns: () => true, error: killed() });
    if (issuers.size > 0) this.#tell({ concerns: ({ issuer }) => issuers.has(issuer), error: blocked() });
    if (subjects.size > 0)
      this.#tell({ concerns: (principal) => subjects.has(nameOf(principal)), error: revoked() });
  }

  /** Calls `listener` for each loss of authority from now on; the returned function stops that. */
  onRevoked(listener: (revoked: Revoked) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back once this principal loses its authority; the returned function stops that. */
  onLost(principal: PrincipalName, listener: (error: SluiceError) => void): () => void {
    return this.onRevoked(({ concerns, error }) => concerns(principal) && listener(error));
  }

  #tell(revoked: Revoked): void {
    for (const listener of [...this.#listeners]) listener(revoked);
  }
}

function added(now: ReadonlySet<string>, before: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...now].filter((name) => !before.has(name)));
}

function namesOf(list: RevocationList): ReadonlySet<string> {
  return new Set(list.subjects.map(nameOf));
}

function nameOf(principal: PrincipalName): string {
  return JSON.stringify([principal.issuer, principal.subject]);
}

function revoked(): SluiceError {
  return new SluiceError("permission_denied", "The access of this subject has been revoked.");
}

function blocked(): SluiceError {
  return new SluiceError("permission_denied", "Tokens of this issuer are refused for now.");
}

function killed(): SluiceError {
  return new SluiceError("permission_denied", "The gateway's kill switch is on: every request is refused.");
}
