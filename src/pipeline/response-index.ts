import type { PrincipalName } from "../domain/principal.js";

const MOST_RESPONSES = 100_000;

/**
 * Which session a response id of a provider names, by caller. In memory only: ids that the gateway gave
 * itself say it by themselves, a provider's are not known any more after a restart.
 */
export class ResponseIndex {
  /** Null: the caller deleted it. */
  readonly #sessions = new Map<string, string | null>();

  note(principal: PrincipalName, responseId: string, session: string | null): void {
    const key = keyOf(principal, responseId);
    this.#sessions.delete(key);
    if (this.#sessions.size >= MOST_RESPONSES)
      this.#sessions.delete(this.#sessions.keys().next().value ?? "");
    this.#sessions.set(key, session);
  }

  /** Undefined: nothing was noted. */
  find(principal: PrincipalName, responseId: string): string | null | undefined {
    return this.#sessions.get(keyOf(principal, responseId));
  }
}

function keyOf({ issuer, subject }: PrincipalName, responseId: string): string {
  return JSON.stringify([issuer, subject, responseId]);
}
