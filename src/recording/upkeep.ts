import { SluiceError } from "../domain/errors.js";
import type { PrincipalName } from "../domain/principal.js";
import { parseSessionId, type SessionId } from "../domain/session-id.js";
import type { Clock } from "../domain/time.js";
import type { Catalogue, SessionPage } from "./catalogue.js";
import type { GroupCommit } from "./group-commit.js";
import type { Ledger } from "./ledger.js";
import { lastWords, RemovalMarks, removalsBegun, removedRanges, removeSession } from "./removal.js";
import { expiredSessions, type RetentionPolicy } from "./retention.js";
import { storedHead } from "./session-reader.js";
import type { Store } from "./stores/store.js";

export interface UpkeepOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly commit: GroupCommit;
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly nameKey: Buffer;
  /** Throws while the log takes nothing. */
  readonly admit: () => void;
  readonly isLive: (session: SessionId) => boolean;
}

const REMOVED_TOGETHER = 1000;
const LISTED_TOGETHER = 500;

/** Lets go of sessions: one run at a time, beside the sessions that are written. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Finishes the removals that the last process began. */
  async finishBegun(): Promise<void> {
    await this.#alone(async () => {
      const begun = await removalsBegun(this.#options.store);
      await this.#remove(begun);
      await this.#clear(begun);
    });
  }

  /** @see SessionLog.delete */
  async delete(session: SessionId, by: PrincipalName): Promise<void> {
    this.#options.admit();
    await this.#alone(async () => {
      if (this.#options.isLive(session)) {
        throw new SluiceError("conflict", "The session has not ended; stop it first.", { session });
      }
      if ((await storedHead(this.#options.store, session)).seq === 0) {
        throw new SluiceError("not_found", "There is no such session.");
      }
      await this.#deleteAll([session], by);
    });
  }

  /** @see SessionLog.retain */
  async retain(policy: RetentionPolicy): Promise<number> {
    const { store, clock, isLive } = this.#options;
    return this.#alone(async () => {
      const expired = await expiredSessions(store, policy, { nowMs: clock.nowMs(), isLive });
      await this.#deleteAll(expired, null);
      return expired.length;
    });
  }

  /** @see SessionLog.erase */
  async erase(principal: PrincipalName, by: PrincipalName): Promise<number> {
    const filter = { principals: [principal] };
    return this.#alone(async () => {
      const found: SessionId[] = [];
      let after: string | null = null;
      do {
        const page: SessionPage = await this.#options.catalogue.list(
          filter,
          { after, limit: LISTED_TOGETHER },
          [],
        );
        for (const { session } of page.items) {
          const id = parseSessionId(session);
          if (id !== null && !this.#options.isLive(id)) found.push(id);
        }
        after = page.next;
      } while (after !== null);
      await this.#deleteAll(found, by);
      return found.length;
    });
  }

  /** Resolves when no run is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => {});
    return run;
  }

  async #deleteAll(sessions: readonly SessionId[], by: PrincipalName | null): Promise<void> {
    for (let at = 0; at < sessions.length; at += REMOVED_TOGETHER) {
      const some = sessions.slice(at, at + REMOVED_TOGETHER);
      await this.#record(some, by);
      await this.#remove(some);
    }
    await this.#clear(sessions);
  }

  /** The act, and the mark that lets a removal be finished after a crash, in one commit. */
  async #record(sessions: readonly SessionId[], by: PrincipalName | null): Promise<void> {
    const { store, commit, ledger, admit } = this.#options;
    const words = await Promise.all(sessions.map((session) => lastWords(store, session)));
    admit();
    for (const word of words) if (word.lastSeq > 0) ledger.deleted(word, by);
    let isMarked = false;
    commit.mark(
      new RemovalMarks(sessions, () => {
        isMarked = true;
      }),
    );
    await commit.idle();
    if (!isMarked) throw new SluiceError("storage_failed", "The deletion could not be recorded.");
  }

  async #remove(sessions: readonly SessionId[]): Promise<void> {
    const { store, nameKey } = this.#options;
    for (const session of sessions) await removeSession(store, session, nameKey);
  }

  /** Makes a removal final. The store keeps old keys in its bookkeeping until it is reopened. */
  async #clear(sessions: readonly SessionId[]): Promise<void> {
    if (sessions.length === 0) return;
    await this.#options.store.compact(removedRanges(sessions));
    await this.#options.store.reopen();
  }
}
