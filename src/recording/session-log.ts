import type { OpenedBody } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { PrincipalName } from "../domain/principal.js";
import { parseSessionId, type SessionId } from "../domain/session-id.js";
import type { Anchor } from "./anchor.js";
import { AnchorExporter } from "./anchor-exporter.js";
import { Catalogue, type PageRequest, type SessionFilter, type SessionPage } from "./catalogue.js";
import { DiskWatch } from "./disk-watch.js";
import { exportNdjson } from "./export-ndjson.js";
import { type Format, openFormat } from "./format.js";
import { GroupCommit } from "./group-commit.js";
import { type Act, Ledger } from "./ledger.js";
import { LogRecovery, type LogState } from "./log-recovery.js";
import type { LogNotice } from "./notice.js";
import { OpenWriters } from "./open-writers.js";
import type { RecordKeys } from "./record-keys.js";
import { readLedgerHead, readUnfinished } from "./recovery.js";
import type { RetentionPolicy } from "./retention.js";
import type { SessionLogOptions } from "./session-log-options.js";
import { SessionReader } from "./session-reader.js";
import type { SessionWriter } from "./session-writer.js";
import type { Store } from "./stores/store.js";
import type { SessionSummary } from "./summary.js";
import { UPGRADES } from "./upgrades.js";
import { Upkeep } from "./upkeep.js";
import { type VerifyOptions, verifyStore } from "./verify.js";
import type { VerifyReport } from "./verify-report.js";

const CHECKPOINT_SESSIONS = 1000;
const RETRY_AFTER_MS = 5000;

/** All session logs of a gateway: the one place where sessions are written and read. */
export class SessionLog {
  readonly format: Format;
  readonly ledger: Ledger;
  readonly #store: Store;
  readonly #commit: GroupCommit;
  readonly #writers: OpenWriters;
  readonly #disk: DiskWatch;
  readonly #recovery: LogRecovery;
  readonly #catalogue: Catalogue;
  readonly #keys: RecordKeys;
  readonly #anchors: AnchorExporter;
  readonly #upkeep: Upkeep;
  #checkpointed = new Map<SessionId, number>();
  readonly #onNotice: (notice: LogNotice) => void;

  private constructor(options: SessionLogOptions, format: Format, ledgerHead: Ledger["head"]) {
    const { store, clock, keys } = options;
    this.format = format;
    this.#store = store;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#commit = new GroupCommit({
      store,
      sync: options.durability === "fsync",
      clock,
      observer: {
        began: () => this.#writers.host.commitBegan(),
        returned: () => this.#writers.host.commitReturned(),
        failed: (error) => this.#recovery.failed(error),
      },
    });
    this.ledger = new Ledger({ commit: this.#commit, clock, nameKey: keys.nameKey, head: ledgerHead });
    this.#writers = new OpenWriters({
      store,
      clock,
      commit: this.#commit,
      ledger: this.ledger,
      nameKey: keys.nameKey,
      maxLead: options.maxLead ?? 256,
      maxPendingBytes: options.maxPendingBytes ?? 32 * 1024 * 1024,
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
    this.#recovery = new LogRecovery({
      store,
      clock,
      commit: this.#commit,
      ledger: this.ledger,
      disk: this.#disk,
      writers: this.#writers,
      onNotice: this.#onNotice,
    });
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
    await log.#recovery.begin();
    await log.#upkeep.finishBegun();
    log.#anchors.start();
    return log;
  }

  get state(): LogState {
    return this.#recovery.state;
  }

  /** Sessions that waited for a review when the last process ended; `resume` takes one up again. */
  get parked(): Set<SessionId> {
    return this.#recovery.parked;
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
    return this.#writers.begin(opened);
  }

  #admit(): void {
    if (this.state === "closed") throw new SluiceError("shutdown", "The gateway is shutting down.");
    if (this.state !== "ok") {
      const retry = { retryAfterMs: RETRY_AFTER_MS };
      throw new SluiceError("storage_failed", "The session log cannot be written at the moment.", retry);
    }
    if (this.#disk.isLow) {
      const retry = { retryAfterMs: RETRY_AFTER_MS };
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
    return this.#writers.takeUp(found);
  }

  /** Null when there is no such session. @throws SluiceError `storage_failed` */
  async reader(session: SessionId): Promise<SessionReader | null> {
    const writer = this.#writers.get(session);
    if (writer !== null) await writer.committed(1);
    return SessionReader.open(this.#store, session, writer);
  }

  /** The writer of a session that is being written, for whoever stops it. */
  writer(session: SessionId): SessionWriter | null {
    return this.#writers.get(session);
  }

  /** One page of the sessions that fit, newest first. @throws SluiceError `storage_failed` */
  async list(filter: SessionFilter, page: PageRequest): Promise<SessionPage> {
    const live = [...this.#writers.sessions, ...this.parked];
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
    return (session === null ? null : this.#writers.get(session)?.summary) ?? stored;
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
    if (this.state !== "ok") return this.ledger.head;
    const moved = this.#writers
      .heads()
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

  /**
   * Admits nothing more, commits what is pending and closes the store. The sessions should have ended: one
   * that has not is ended as interrupted at the next start.
   */
  async close(): Promise<void> {
    if (this.state === "closed") return;
    const wasOk = this.#recovery.close();
    this.#disk.stop();
    await this.#upkeep.idle();
    if (wasOk) {
      await this.#commit.idle();
      this.ledger.act({ kind: "closed" });
      await this.#commit.idle();
      await this.#anchors.stop();
    }
    await this.#recovery.idle();
    await this.#store.close();
  }
}
