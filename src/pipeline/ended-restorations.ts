import type { Principal } from "../domain/principal.js";
import type { SessionId } from "../domain/session-id.js";
import type { PseudonymVault } from "./pseudonym-vault.js";
import { PseudonymRestorer, type Restoration } from "./restorer.js";

const MAX_SESSIONS = 10_000;

/** What it takes to put values back into a session's answer. */
export interface Restorable {
  readonly principal: Principal;
  readonly vault: PseudonymVault;
  readonly restoration: Restoration;
}

/** Sessions that have ended and whose callers may come back for their values; the oldest go first. In memory only. */
export class EndedRestorations {
  readonly #sessions = new Map<SessionId, Restorable>();

  /** Keeps nothing of a session that has nothing to put back. */
  keep(id: SessionId, { principal, vault, restoration }: Restorable): void {
    if (!new PseudonymRestorer(vault, restoration).active) return;
    if (this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value ?? id);
    this.#sessions.set(id, { principal, vault, restoration });
  }

  of(id: SessionId): Restorable | undefined {
    return this.#sessions.get(id);
  }
}
