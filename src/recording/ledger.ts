import { createHmac } from "node:crypto";
import { SluiceError } from "../domain/errors.js";
import type { PrincipalName } from "../domain/principal.js";
import type { SessionId } from "../domain/session-id.js";
import type { Clock } from "../domain/time.js";
import { CHAIN_START, type ChainHash, hexOf } from "./chain.js";
import type { Committable, GroupCommit } from "./group-commit.js";
import { ledgerKey, principalValue } from "./keys.js";
import { type ActKind, type Checkpoint, encodeLedgerRecord, type LedgerRecord } from "./ledger-record.js";
import { PageBuilder } from "./page.js";
import type { StoreBatch } from "./stores/store.js";

/** Where the ledger stands. */
export interface LedgerHead {
  /** Number of the last record, from 1; 0: none yet. */
  readonly seq: number;
  readonly link: ChainHash;
}

export const EMPTY_LEDGER: LedgerHead = { seq: 0, link: CHAIN_START };

/** An administrative act as its doer reports it. The ledger keeps a keyed hash of `by`. */
export interface Act {
  readonly kind: ActKind;
  readonly session?: SessionId;
  readonly by?: PrincipalName;
  /** A hash, a number or a word, never a name or free text: `[A-Za-z0-9_.:-]`, at most 128 characters. */
  readonly detail?: string;
}

export interface DeletedSession {
  readonly session: SessionId;
  readonly lastSeq: number;
  readonly firstLink: ChainHash;
  readonly lastLink: ChainHash;
}

const DETAIL = /^[A-Za-z0-9_.:-]{0,128}$/;
const ROOM = 1024;

/**
 * The gateway's own log: openings and endings of sessions, checkpoints of those under way, and every
 * administrative act, in one chain. Its records are committed in the same batch as what they witness.
 */
export class Ledger implements Committable {
  readonly #commit: GroupCommit;
  readonly #clock: Clock;
  readonly #nameKey: Buffer;
  readonly #builder = new PageBuilder(ROOM);
  #last: LedgerHead;
  #drained: LedgerHead;
  #committed: LedgerHead;
  #dirty = false;

  constructor(options: { commit: GroupCommit; clock: Clock; nameKey: Buffer; head: LedgerHead }) {
    this.#commit = options.commit;
    this.#clock = options.clock;
    this.#nameKey = options.nameKey;
    this.#last = options.head;
    this.#drained = options.head;
    this.#committed = options.head;
  }

  /** The last committed record. */
  get head(): LedgerHead {
    return this.#committed;
  }

  opened(session: SessionId, link: ChainHash): void {
    this.#append({ type: "opened", atMs: this.#clock.nowMs(), session, link });
  }

  ended(end: Checkpoint): void {
    this.#append({ type: "ended", atMs: this.#clock.nowMs(), ...end });
  }

  checkpoint(sessions: readonly Checkpoint[]): void {
    this.#append({ type: "checkpoint", atMs: this.#clock.nowMs(), sessions });
  }

  deleted(deleted: DeletedSession, by: PrincipalName | null): void {
    const { session, lastSeq, firstLink, lastLink } = deleted;
    const hashes = { lastSeq, firstLink: hexOf(firstLink), lastLink: hexOf(lastLink) };
    this.#append({
      type: "act",
      atMs: this.#clock.nowMs(),
      act: { kind: "deleted", session, by: this.#nameOf(by), detail: null, ...hashes },
    });
  }

  /** @throws SluiceError `internal` where the detail is not of the allowed form. */
  act(act: Act): void {
    const detail = act.detail ?? null;
    if (detail !== null && !DETAIL.test(detail)) {
      throw new SluiceError("internal", "The detail of a ledger entry must be a hash, a number or a word.");
    }
    const none = { lastSeq: null, firstLink: null, lastLink: null };
    this.#append({
      type: "act",
      atMs: this.#clock.nowMs(),
      act: {
        kind: act.kind,
        session: act.session ?? null,
        by: this.#nameOf(act.by ?? null),
        detail,
        ...none,
      },
    });
  }

  #nameOf(by: PrincipalName | null): string | null {
    if (by === null) return null;
    const digest = createHmac("sha256", this.#nameKey)
      .update(`actor\0${principalValue(by)}`)
      .digest("hex");
    return digest.slice(0, 32);
  }

  #append(record: LedgerRecord): void {
    encodeLedgerRecord(this.#builder.open(), record);
    this.#last = { seq: this.#last.seq + 1, link: this.#builder.close(this.#last.link) };
    if (this.#dirty) return;
    this.#dirty = true;
    this.#commit.mark(this, record.type === "act");
  }

  drain(batch: StoreBatch): void {
    const firstSeq = this.#last.seq - this.#builder.count + 1;
    batch.put(ledgerKey(firstSeq), this.#builder.seal(this.#last.link));
    this.#drained = this.#last;
    this.#dirty = false;
  }

  settled(): void {
    this.#committed = this.#drained;
  }

  /** Starts again from what the store holds, after a failure. */
  restart(head: LedgerHead): void {
    this.#builder.reset();
    this.#dirty = false;
    this.#last = head;
    this.#drained = head;
    this.#committed = head;
  }
}
