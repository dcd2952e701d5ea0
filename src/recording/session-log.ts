import type { OpenedBody } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { PrincipalName } from "../domain/principal.js";
import { parseSessionId, type SessionId } from "../domain/session-id.js";
import type { Clock } from "../domain/time.js";
import type { Anchor } from "./anchor.js";
import { AnchorExporter, type AnchorSink } from "./anchor-exporter.js";
import { Catalogue, type PageRequest, type SessionFilter, type SessionPage } from "./catalogue.js";
import { DiskWatch } from "./disk-watch.js";
import { exportNdjson } from "./export-ndjson.js";
import { type Format, openFormat } from "./format.js";
import { GroupCommit } from "./group-commit.js";
import { sessionBytes, sessionKey } from "./keys.js";
import { type Act, Ledger } from "./ledger.js";
import type { LogNotice } from "./notice.js";
import { DamagedLog } from "./page-stream.js";
import type { RecordKeys } from "./record-keys.js";
import {
  checkAcknowledged,
  endedBy,
  readLedgerHead,
  readUnfinished,
  type UnfinishedLog,
  unfinishedSessions,
} from "./recovery.js";
import type { RetentionPolicy } from "./retention.js";
import { SessionReader } from "./session-reader.js";
import { SessionWriter } from "./session-writer.js";
import type { Store } from "./stores/store.js";
import type { SessionSummary } from "./summary.js";
import { UPGRADES } from "./upgrades.js";
import { Upkeep } from "./upkeep.js";
import { type VerifyOptions, type VerifyReport, verifyStore } from "./verify.js";
import { WriterHost } from "./writer-host.js";

export interface SessionLogOptions {
  /** Owned by the log from now on: `close` closes it. */
  readonly store: Store;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly keys: RecordKeys;
  /** `commit` survives the death of the process, `fsync` the loss of power. Default `commit`. */
  readonly durability?: "commit" | "fsync";
  /** Entries that a producer may be ahead of the fastest live cursor, and of the commits. Default 256. */
  readonly maxLead?: number;
  /** Bytes that may wait for a commit, over all sessions. Default 32 MiB. */
  readonly maxPendingBytes?: number;
  /** Below this nothing new is admitted. Default 256 MiB; a store without such a bound is never below. */
  readonly minFreeBytes?: number;
  /** Where signed heads of the ledger go; default nowhere. */
  readonly anchors?: { readonly sinks: readonly AnchorSink[]; readonly everyMs: number };
  readonly onNotice?: (notice: LogNotice) => void;
}

/** `recovering`: the store failed and is being reopened and checked. */
export type LogState = "ok" | "failed" | "recovering" | "closed";

const CHECKPOINT_SESSIONS = 1000;
const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 5000;

/** All session logs of a gateway: the one place where sessions are written and read. */
export class SessionLog {
  readonly format: Format;
  readonly ledger: Ledger;
  /** Sessions that waited for a review when the last process ended; `resume` takes one up again. */
  readonly parked: Set<SessionId> = new Set();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #commit: GroupCommit;
  readonly #host: WriterHost;
  readonly #disk: DiskWatch;
  readonly #catalogue: Catalogue;
  readonly #keys: RecordKeys;
  readonly #anchors: AnchorExporter;
  readonly #upkeep: Upkeep;
  #checkpointed = new Map<SessionId, number>();
  readonly #writers = new Map<SessionId, SessionWriter>();
  readonly #onNotice: (notice: LogNotice) => void;
  #state: LogState = "recovering";
  #fault: SluiceError | null = null;
  readonly #reported = new Set<string>();
  #recovery: Promise<void> = Promise.resolve();

  private constructor(options: SessionLogOptions, format: Format, ledgerHead: Ledger["head"]) {
    const { store, clock, keys } = options;
    this.format = format;
    this.#store = store;
    this.#clock = clock;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#commit = new GroupCommit({
      store,
      sync: options.durability === "fsync",
      clock,
      observer: {
        began: () => this.#host.commitBegan(),
        returned: () => this.#host.commitReturned(),
        failed: (error) => this.#failed(error),
      },
    });
    this.ledger = new Ledger({ commit: this.#commit, clock, nameKey: keys.nameKey, head: ledgerHead });
    this.#host = new WriterHost({
      store,
      clock,
      commit: this.#commit,
      ledger: this.ledger,
      nameKey: keys.nameKey,
      maxLead: options.maxLead ?? 256,
      maxPendingBytes: options.maxPendingBytes ?? 32 * 1024 * 1024,
      finished: (writer) => this.#writers.delete(writer.session),
    });
    this.#catalogue = new Catalogue(store, keys.nameKey);
    const minFreeBytes = options.minFreeBytes ?? 256 * 1024 * 1024;
    this.#keys = keys;
    this.#upkeep = new Upkeep({
      store,
      clock,
      commit: this.#commit,
      ledger: this.ledger,
      catalogue: this.#catalogue,
      nameKey: keys.nameKey,
      admit: () => this.#admit(),
      isLive: (session) => this.#writers.has(session) || this.parked.has(session),
    });
    this.#anchors = new AnchorExporter({
      clock,
      store: format.store,
      signing: keys.signing,
      sinks: options.anchors?.sinks ?? [],
      everyMs: options.anchors?.everyMs ?? 60_000,
      head: () => this.#headAfterCheckpoint(),
      onFailed: (message) => this.#onNotice({ kind: "anchor_failed", message }),
    });
    this.#disk = new DiskWatch({ store, clock, minFreeBytes, onNotice: this.#onNotice });
  }

  /**
   * Opens the log of a store: checks its format, ends the sessions that the last process did not live to
   * end, and reports every damage that it meets.
   * @throws SluiceError `invalid_config` (not a log, too new), `storage_failed`.
   */
  static async open(options: SessionLogOptions): Promise<SessionLog> {
    const { store, clock, randomBytes } = options;
    const upgrades = UPGRADES(options.keys.nameKey);
    const format = await openFormat(store, { nowMs: clock.nowMs(), randomBytes, upgrades });
    const { head, problem } = await readLedgerHead(store);
    const log = new SessionLog(options, format, head);
    if (problem !== null) log.#onNotice({ kind: "damage", message: problem });
    await log.#disk.start();
    log.ledger.act({ kind: "started", detail: `format-${format.version}` });
    await log.#endUnfinished(
      new SluiceError("interrupted", "The gateway stopped while the session was open."),
      true,
    );
    await log.#commit.idle();
    if (log.#fault !== null) throw log.#fault;
    log.#state = "ok";
    await log.#upkeep.finishBegun();
    log.#anchors.start();
    return log;
  }

  get state(): LogState {
    return this.#state;
  }

  /** Sessions that are being written. */
  get liveSessions(): number {
    return this.#writers.size;
  }

  /** Commits that returned since the log was opened. */
  get commits(): number {
    return this.#commit.commits;
  }

  /**
   * Begins a session with its `opened` entry; the first record is committed with the next batch.
   * @throws SluiceError `storage_failed` while the store is not usable; `overloaded` where its free space
   * is below `minFreeBytes`; `shutdown` after `close`; `internal` for an id that is not new or no UUIDv7.
   */
  begin(opened: OpenedBody): SessionWriter {
    this.#admit();
    const session = parseSessionId(opened.session);
    if (session === null || this.#writers.has(session)) {
      throw new SluiceError("internal", `Session id ${opened.session} is not a new UUIDv7.`);
    }
    const writer = new SessionWriter(this.#host, opened, { session, state: null });
    this.#writers.set(session, writer);
    return writer;
  }

  #admit(): void {
    if (this.#state === "closed") throw new SluiceError("shutdown", "The gateway is shutting down.");
    if (this.#state !== "ok") {
      const retry = { retryAfterMs: RETRY_LAST_MS };
      throw new SluiceError("storage_failed", "The session log cannot be written at the moment.", retry);
    }
    if (this.#disk.isLow) {
      const retry = { retryAfterMs: RETRY_LAST_MS };
      throw new SluiceError("overloaded", "The space for the session log is nearly used up.", retry);
    }
  }

  /**
   * Takes up a session of `parked`. Appends the `segment` entry of the restart.
   * @throws SluiceError `not_found` where it is not parked; as `begin`.
   */
  async resume(session: SessionId): Promise<SessionWriter> {
    this.#admit();
    const found = this.parked.delete(session) ? await readUnfinished(this.#store, session) : null;
    if (found === null) throw new SluiceError("not_found", "There is no such session to go on with.");
    return this.#takeUp(found);
  }

  #takeUp({ session, opened, state }: UnfinishedLog): SessionWriter {
    const writer = new SessionWriter(this.#host, opened, { session, state });
    this.#writers.set(session, writer);
    writer.append({ type: "segment", cause: "restart", atMs: this.#clock.nowMs() });
    return writer;
  }

  /** Null when there is no such session. @throws SluiceError `storage_failed` */
  async reader(session: SessionId): Promise<SessionReader | null> {
    const writer = this.#writers.get(session) ?? null;
    if (writer !== null) await writer.committed(1);
    return SessionReader.open(this.#store, session, writer);
  }

  /** The writer of a session that is being written, for whoever stops it. */
  writer(session: SessionId): SessionWriter | null {
    return this.#writers.get(session) ?? null;
  }

  /** One page of the sessions that fit, newest first. @throws SluiceError `storage_failed` */
  async list(filter: SessionFilter, page: PageRequest): Promise<SessionPage> {
    const live = [...this.#writers.keys(), ...this.parked];
    const found = await this.#catalogue.list(filter, page, live);
    const items = found.items.map((summary) => this.#newer(summary));
    return { items, next: found.next };
  }

  /** Null when there is no such session. */
  async summary(session: SessionId): Promise<SessionSummary | null> {
    const stored = await this.#catalogue.summary(session);
    return stored === null ? null : this.#newer(stored);
  }

  #newer(stored: SessionSummary): SessionSummary {
    const session = parseSessionId(stored.session);
    return (session === null ? undefined : this.#writers.get(session)?.summary) ?? stored;
  }

  /** Records an administrative act. It is committed with the next batch. */
  act(act: Act): void {
    this.#admit();
    this.ledger.act(act);
  }

  /** The head of the ledger, signed, after checkpoints of the sessions under way. */
  async signedHead(): Promise<Anchor> {
    return this.#anchors.sign();
  }

  async #headAfterCheckpoint(): Promise<Ledger["head"]> {
    if (this.#state !== "ok") return this.ledger.head;
    const moved = [...this.#writers.values()]
      .map(({ session, committedHead }) => ({ session, ...committedHead }))
      .filter(({ session, seq }) => seq > (this.#checkpointed.get(session) ?? 1));
    this.#checkpointed = new Map(moved.map(({ session, seq }) => [session, seq]));
    for (let at = 0; at < moved.length; at += CHECKPOINT_SESSIONS) {
      this.ledger.checkpoint(moved.slice(at, at + CHECKPOINT_SESSIONS));
    }
    await this.#commit.idle();
    return this.ledger.head;
  }

  /** The lines of a log as NDJSON, verifiable without the store by `verifyExport`. */
  exportNdjson(session: SessionId): AsyncGenerator<string> {
    return exportNdjson(this.#store, session, this.#keys.signing);
  }

  /** Deletes every session of a principal that has ended. Returns how many. @throws as `delete`. */
  async erase(principal: PrincipalName, by: PrincipalName): Promise<number> {
    return this.#upkeep.erase(principal, by);
  }

  /** Checks logs and ledger while they are in use. @throws SluiceError `storage_failed` */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return verifyStore(this.#store, { signing: this.#keys.signing, ...options });
  }

  /**
   * Deletes a session; afterwards no byte of the store holds anything of it but its id, its hashes and
   * the act. @throws SluiceError `not_found`; `conflict` while it is being written; `storage_failed`.
   */
  async delete(session: SessionId, by: PrincipalName): Promise<void> {
    await this.#upkeep.delete(session, by);
  }

  /** Deletes what a policy lets go of. Returns how many sessions that were. @throws SluiceError `storage_failed` */
  async retain(policy: RetentionPolicy): Promise<number> {
    return this.#upkeep.retain(policy);
  }

  /** Ends every session that the store marks as unfinished and that nobody writes. */
  async #endUnfinished(error: SluiceError, mayPark: boolean): Promise<void> {
    for (const session of await unfinishedSessions(this.#store)) {
      if (this.#writers.has(session)) continue;
      try {
        const found = await readUnfinished(this.#store, session);
        if (found === null) continue;
        if (mayPark && found.isPending) {
          this.parked.add(session);
          continue;
        }
        this.#takeUp(found).append(endedBy(error, found.totals));
        this.#onNotice({
          kind: "interrupted",
          message: `Session ${session} was ended: ${error.code}.`,
          session,
        });
      } catch (thrown) {
        if (!(thrown instanceof DamagedLog)) throw thrown;
        // A damaged log is reported and left as it is: an ending would cover up the gap.
        this.#onNotice({ kind: "damage", message: thrown.message, session });
        this.ledger.act({ kind: "damaged", session, detail: `seq-${thrown.damage.seq}` });
      }
    }
  }

  /** A commit failed. Nothing more is accepted until the store was reopened and checked. */
  #failed(cause: SluiceError): void {
    const error = new SluiceError("storage_failed", "The session log could not be written.", {}, { cause });
    this.#fault = error;
    if (this.#state !== "ok") return;
    this.#state = "failed";
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    const heads = writers.map(({ session, committedHead }) => ({ session, ...committedHead }));
    for (const writer of writers) writer.fail(error);
    this.#host.pendingBytes = 0;
    this.#onNotice({ kind: "failed", message: `A write to the session log failed: ${causeOf(cause)}.` });
    this.#recovery = this.#recover(heads, this.ledger.head);
  }

  async #recover(
    heads: readonly { session: SessionId; seq: number; link: string }[],
    ledgerHead: Ledger["head"],
  ): Promise<void> {
    for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_LAST_MS)) {
      await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
      if (this.stateNow() === "closed") return;
      try {
        if (await this.#tryRecovery(heads, ledgerHead)) break;
      } catch (thrown) {
        this.#onNotice({
          kind: "reopen_failed",
          message: `The session log is not usable yet: ${causeOf(thrown)}.`,
        });
      }
    }
    this.#fault = null;
    this.#state = "ok";
    this.#onNotice({
      kind: "recovered",
      message: "The session log was reopened and checked; work is admitted.",
    });
  }

  /** A getter would let the compiler believe that the state cannot change across an await. */
  private stateNow(): LogState {
    return this.#state;
  }

  async #tryRecovery(
    heads: readonly { session: SessionId; seq: number; link: string }[],
    acknowledged: Ledger["head"],
  ): Promise<boolean> {
    await this.#store.reopen();
    await this.#disk.look();
    if (this.#disk.isLow) return false;
    this.#fault = null;
    const { head, problem } = await readLedgerHead(this.#store);
    this.ledger.restart(head);
    this.#commit.restart();
    this.#writers.clear();
    this.#host.pendingBytes = 0;
    this.#report(
      head.seq < acknowledged.seq
        ? `The ledger lost its records from ${head.seq + 1} to ${acknowledged.seq}.`
        : problem,
    );
    this.ledger.act({ kind: "reopened" });
    for (const acknowledgedHead of heads) {
      const loss = await checkAcknowledged(this.#store, acknowledgedHead);
      if (loss !== null) await this.#leaveAsFound(acknowledgedHead, loss);
    }
    await this.#endUnfinished(
      new SluiceError("storage_failed", "The session log failed while the session was open."),
      false,
    );
    await this.#commit.idle();
    return this.#fault === null;
  }

  /** A log that lost what was acknowledged gets no ending, now or at the next start: that would cover up
   *  the loss. */
  async #leaveAsFound({ session, seq }: { session: SessionId; seq: number }, loss: string): Promise<void> {
    const batch = this.#store.batch();
    batch.remove(sessionKey("unfinished", sessionBytes(session)));
    await batch.commit(true);
    this.#report(loss, session);
    this.ledger.act({ kind: "damaged", session, detail: `seq-${seq}` });
  }

  #report(message: string | null, session?: SessionId): void {
    // Every attempt at recovery finds the same things again.
    if (message === null || this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#onNotice(
      session === undefined ? { kind: "damage", message } : { kind: "damage", message, session },
    );
  }

  /**
   * Admits nothing more, commits what is pending and closes the store. The sessions should have ended: one
   * that has not is ended as interrupted at the next start.
   */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    const wasOk = this.#state === "ok";
    this.#state = "closed";
    this.#disk.stop();
    await this.#upkeep.idle();
    if (wasOk) {
      await this.#commit.idle();
      this.ledger.act({ kind: "closed" });
      await this.#commit.idle();
      await this.#anchors.stop();
    }
    await this.#recovery;
    await this.#store.close();
  }
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
