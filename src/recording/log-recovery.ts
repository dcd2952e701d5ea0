import { SluiceError } from "../domain/errors.js";
import type { SessionId } from "../domain/session-id.js";
import type { Clock } from "../domain/time.js";
import type { DiskWatch } from "./disk-watch.js";
import type { GroupCommit } from "./group-commit.js";
import { sessionBytes, sessionKey } from "./keys.js";
import type { Ledger } from "./ledger.js";
import type { LogNotice } from "./notice.js";
import type { OpenWriters } from "./open-writers.js";
import { DamagedLog } from "./page-stream.js";
import {
  type AcknowledgedHead,
  checkAcknowledged,
  endedBy,
  readLedgerHead,
  readUnfinished,
  unfinishedSessions,
} from "./recovery.js";
import type { Store } from "./stores/store.js";

/** `recovering`: the store failed and is being reopened and checked. */
export type LogState = "ok" | "failed" | "recovering" | "closed";

export interface LogRecoveryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly commit: GroupCommit;
  readonly ledger: Ledger;
  readonly disk: DiskWatch;
  readonly writers: OpenWriters;
  readonly onNotice: (notice: LogNotice) => void;
}

const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 5000;

/** Whether the log can be written, and the way back when a commit has failed. */
export class LogRecovery {
  /** Sessions that waited for a review when the last process ended. */
  readonly parked: Set<SessionId> = new Set();
  readonly #options: LogRecoveryOptions;
  readonly #reported = new Set<string>();
  #state: LogState = "recovering";
  #fault: SluiceError | null = null;
  #run: Promise<void> = Promise.resolve();

  constructor(options: LogRecoveryOptions) {
    this.#options = options;
  }

  get state(): LogState {
    return this.#state;
  }

  /** Ends what the last process left open. @throws SluiceError `storage_failed` where that cannot be written. */
  async begin(): Promise<void> {
    const { commit } = this.#options;
    await this.#endUnfinished(
      new SluiceError("interrupted", "The gateway stopped while the session was open."),
      true,
    );
    await commit.idle();
    if (this.#fault !== null) throw this.#fault;
    this.#state = "ok";
  }

  /** Nothing is admitted from now on. Says whether what is pending can still be committed. */
  close(): boolean {
    const wasOk = this.#state === "ok";
    this.#state = "closed";
    return wasOk;
  }

  /** Resolves when no recovery is under way. */
  async idle(): Promise<void> {
    await this.#run;
  }

  /** Ends every session that the store marks as unfinished and that nobody writes. */
  async #endUnfinished(error: SluiceError, mayPark: boolean): Promise<void> {
    const { store, writers, ledger, onNotice } = this.#options;
    for (const session of await unfinishedSessions(store)) {
      if (writers.has(session)) continue;
      try {
        const found = await readUnfinished(store, session);
        if (found === null) continue;
        if (mayPark && found.isPending) {
          this.parked.add(session);
          continue;
        }
        writers.takeUp(found).append(endedBy(error, found.totals));
        onNotice({
          kind: "interrupted",
          message: `Session ${session} was ended: ${error.code}.`,
          session,
        });
      } catch (thrown) {
        if (!(thrown instanceof DamagedLog)) throw thrown;
        // A damaged log is reported and left as it is: an ending would cover up the gap.
        onNotice({ kind: "damage", message: thrown.message, session });
        ledger.act({ kind: "damaged", session, detail: `seq-${thrown.damage.seq}` });
      }
    }
  }

  /** A commit failed. Nothing more is accepted until the store was reopened and checked. */
  failed(cause: SluiceError): void {
    const { writers, ledger, onNotice } = this.#options;
    const error = new SluiceError("storage_failed", "The session log could not be written.", {}, { cause });
    this.#fault = error;
    if (this.#state !== "ok") return;
    this.#state = "failed";
    const heads = writers.failAll(error);
    onNotice({ kind: "failed", message: `A write to the session log failed: ${causeOf(cause)}.` });
    this.#run = this.#recover(heads, ledger.head);
  }

  async #recover(heads: readonly AcknowledgedHead[], ledgerHead: Ledger["head"]): Promise<void> {
    const { clock, onNotice } = this.#options;
    for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_LAST_MS)) {
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
      if (this.stateNow() === "closed") return;
      try {
        if (await this.#tryRecovery(heads, ledgerHead)) break;
      } catch (thrown) {
        onNotice({
          kind: "reopen_failed",
          message: `The session log is not usable yet: ${causeOf(thrown)}.`,
        });
      }
    }
    this.#fault = null;
    this.#state = "ok";
    onNotice({
      kind: "recovered",
      message: "The session log was reopened and checked; work is admitted.",
    });
  }

  /** A getter would let the compiler believe that the state cannot change across an await. */
  private stateNow(): LogState {
    return this.#state;
  }

  async #tryRecovery(heads: readonly AcknowledgedHead[], acknowledged: Ledger["head"]): Promise<boolean> {
    const { store, disk, commit, ledger, writers } = this.#options;
    await store.reopen();
    await disk.look();
    if (disk.isLow) return false;
    this.#fault = null;
    const { head, problem } = await readLedgerHead(store);
    ledger.restart(head);
    commit.restart();
    writers.clear();
    this.#report(
      head.seq < acknowledged.seq
        ? `The ledger lost its records from ${head.seq + 1} to ${acknowledged.seq}.`
        : problem,
    );
    ledger.act({ kind: "reopened" });
    for (const acknowledgedHead of heads) {
      const loss = await checkAcknowledged(store, acknowledgedHead);
      if (loss !== null) await this.#leaveAsFound(acknowledgedHead, loss);
    }
    await this.#endUnfinished(
      new SluiceError("storage_failed", "The session log failed while the session was open."),
      false,
    );
    await commit.idle();
    return this.#fault === null;
  }

  /** A log that lost what was acknowledged gets no ending, now or at the next start: that would cover up
   *  the loss. */
  async #leaveAsFound({ session, seq }: AcknowledgedHead, loss: string): Promise<void> {
    const { store, ledger } = this.#options;
    const batch = store.batch();
    batch.remove(sessionKey("unfinished", sessionBytes(session)));
    await batch.commit(true);
    this.#report(loss, session);
    ledger.act({ kind: "damaged", session, detail: `seq-${seq}` });
  }

  #report(message: string | null, session?: SessionId): void {
    // Every attempt at recovery finds the same things again.
    if (message === null || this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#options.onNotice(
      session === undefined ? { kind: "damage", message } : { kind: "damage", message, session },
    );
  }
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
