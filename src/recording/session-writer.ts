import type { Entry, EntryBody, OpenedBody } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import type { SessionId } from "../domain/session-id.js";
import { AWAITED } from "./awaited.js";
import { CatalogueEntry } from "./catalogue-entry.js";
import { CHAIN_START, type ChainHash } from "./chain.js";
import { type Cursor, type LiveSource, LogCursor } from "./cursor.js";
import { encodeEntry } from "./entry-codec.js";
import type { Committable } from "./group-commit.js";
import { pageKey, sessionBytes } from "./keys.js";
import { LiveTail } from "./live-tail.js";
import type { PageBuilder } from "./page.js";
import type { StoreBatch } from "./stores/store.js";
import { type SessionSummary, Tally } from "./summary.js";
import type { WriterHost } from "./writer-host.js";

/** A value larger than this is not made longer by further records. */
const PAGE_BYTES = 64 * 1024;

/** Where a log stands when a writer takes it up. */
export interface WriterState {
  readonly lastSeq: number;
  readonly link: ChainHash;
  readonly lastOffsetUs: number;
  readonly tally: Tally;
}

/** The one who appends to a session log. */
export class SessionWriter implements Committable, LiveSource {
  readonly session: SessionId;
  /** Called when `writable` turns true again. */
  onWritable: (() => void) | null = null;
  /** Called when the number of live cursors changes. */
  onCursors: ((count: number) => void) | null = null;
  /** Called once: the log failed and the session must end with this error. */
  onFault: ((error: SluiceError) => void) | null = null;
  readonly tail: LiveTail;
  readonly #host: WriterHost;
  readonly #key: Buffer;
  readonly #opened: OpenedBody;
  readonly #tally: Tally;
  readonly #startMs: number;
  readonly #cursors = new Set<LogCursor>();
  #builder: PageBuilder | null = null;
  #sealed: { readonly key: Buffer; readonly page: Buffer }[] = [];
  #pageSeq = 0;
  #lastSeq: number;
  #link: ChainHash;
  #lastOffsetUs: number;
  #drained: { seq: number; link: ChainHash };
  #committed: { seq: number; link: ChainHash };
  #fastestSeq = 0;
  #dirty = false;
  readonly #entry: CatalogueEntry;
  #isHeld = false;
  #fault: SluiceError | null = null;
  #waiting: { readonly seq: number; resolve(): void; reject(error: SluiceError): void }[] = [];

  /** @param state null: the log is new; `opened` is appended here. */
  constructor(
    host: WriterHost,
    opened: OpenedBody,
    options: { session: SessionId; state: WriterState | null },
  ) {
    const { session, state } = options;
    this.session = session;
    this.#host = host;
    this.#key = sessionBytes(session);
    // The request is in the log; a session that is open for long need not hold it in memory too.
    this.#opened = { ...opened, request: "" };
    this.#lastSeq = state?.lastSeq ?? 0;
    this.#link = state?.link ?? CHAIN_START;
    this.#lastOffsetUs = state?.lastOffsetUs ?? 0;
    this.#tally = state?.tally ?? new Tally();
    this.#entry = new CatalogueEntry(this.#key, { nameKey: host.nameKey, isNew: state === null });
    this.#drained = { seq: this.#lastSeq, link: this.#link };
    this.#committed = this.#drained;
    this.tail = new LiveTail(this.#lastSeq + 1);
    this.#startMs = startOf(host, opened, state);
    if (state === null) {
      this.append(opened);
      host.ledger.opened(session, this.#link);
    }
  }

  get committedSeq(): number {
    return this.#committed.seq;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get fault(): SluiceError | null {
    return this.#fault;
  }

  get hasEnded(): boolean {
    return this.#tally.outcome !== null && this.#committed.seq === this.#lastSeq;
  }

  get liveCursors(): number {
    return this.#cursors.size;
  }

  /** The last committed record: what a checkpoint of the ledger says of this session. */
  get committedHead(): { readonly seq: number; readonly link: ChainHash } {
    return this.#committed;
  }

  get summary(): SessionSummary {
    return this.#tally.summary(this.#opened, this.#committed.seq);
  }

  /**
   * Adds an entry: gives it its sequence number and offset, encodes it, chains it, and leaves it to the
   * next commit. Returns the sequence number.
   * @throws SluiceError `storage_failed` after the log failed; `internal` after `ended`.
   */
  append(body: EntryBody): number {
    if (this.#fault !== null) throw this.#fault;
    if (this.#tally.outcome !== null) {
      throw new SluiceError("internal", `Session ${this.session} has ended; nothing can follow.`);
    }
    const offsetUs = this.#lastSeq === 0 ? 0 : this.#offsetUs();
    this.#encode(body, offsetUs);
    const seq = ++this.#lastSeq;
    if (this.#builder?.count === 1) this.#pageSeq = seq;
    this.#lastOffsetUs = offsetUs;
    this.#tally.durationUs = offsetUs;
    if (this.#tally.add(body)) this.#entry.hasNews = true;
    this.tail.push(entryOf(body, seq, offsetUs));
    if (body.type === "ended") this.#host.ledger.ended({ session: this.session, seq, link: this.#link });
    const isAwaited = AWAITED[body.type];
    if (!this.#dirty) {
      this.#dirty = true;
      this.#host.commit.mark(this, isAwaited);
    } else if (isAwaited) this.#host.commit.urge();
    return seq;
  }

  #offsetUs(): number {
    const offsetUs = Math.round((this.#host.clock.monotonicMs() - this.#startMs) * 1000);
    return Math.max(offsetUs, this.#lastOffsetUs);
  }

  #encode(body: EntryBody, offsetUs: number): void {
    if (this.#builder === null) this.#builder = this.#host.takeBuilder();
    else if (this.#builder.byteLength > PAGE_BYTES) this.#seal(this.#builder);
    const builder = this.#builder;
    const before = builder.byteLength;
    encodeEntry(builder.open(), body, offsetUs);
    this.#link = builder.close(this.#link);
    const size = builder.byteLength - before;
    this.#tally.recordBytes += size;
    this.#host.pendingBytes += size;
  }

  #seal(builder: PageBuilder): void {
    const page = Buffer.from(builder.seal(this.#link));
    this.#sealed.push({ key: pageKey(this.#key, this.#pageSeq), page });
  }

  /** False while the producer should wait: commits do not keep up, or `maxLead` entries lie ahead of
   *  the fastest live cursor. A session without live cursors is not held back by them. */
  get writable(): boolean {
    const ready = this.#fault === null && !this.#host.isFull && !this.#isAhead();
    if (!ready && !this.#isHeld) {
      this.#isHeld = true;
      this.#host.held.add(this);
    }
    return ready;
  }

  #isAhead(): boolean {
    const { maxLead } = this.#host;
    if (this.#lastSeq - this.#committed.seq >= maxLead) return true;
    return this.#cursors.size > 0 && this.#lastSeq - this.#fastestSeq >= maxLead;
  }

  /** Tells a producer that waits, in a turn of its own, when it may go on. */
  release(): void {
    if (!this.#isHeld || this.#fault !== null || this.#host.isFull || this.#isAhead()) return;
    this.#isHeld = false;
    this.#host.held.delete(this);
    if (this.onWritable !== null) queueMicrotask(() => this.onWritable?.());
  }

  /** Resolves when entry `seq` is committed. @throws SluiceError `storage_failed` */
  async committed(seq: number): Promise<void> {
    if (seq <= this.#committed.seq) return;
    if (this.#fault !== null) throw this.#fault;
    this.#host.commit.urge();
    await new Promise<void>((resolve, reject) => this.#waiting.push({ seq, resolve, reject }));
  }

  /** A live cursor over this session. */
  cursor(afterSeq: number): Cursor {
    return new LogCursor({
      store: this.#host.store,
      session: this.session,
      afterSeq,
      source: this,
      live: true,
      lastSeq: this.#committed.seq,
    });
  }

  attach(cursor: LogCursor): void {
    this.#cursors.add(cursor);
    this.taken(cursor);
    this.onCursors?.(this.#cursors.size);
  }

  detach(cursor: LogCursor): void {
    if (!this.#cursors.delete(cursor)) return;
    if (cursor.position >= this.#fastestSeq) {
      this.#fastestSeq = 0;
      for (const { position } of this.#cursors) this.#fastestSeq = Math.max(this.#fastestSeq, position);
    }
    this.onCursors?.(this.#cursors.size);
    this.release();
  }

  taken(cursor: LogCursor): void {
    if (cursor.position > this.#fastestSeq) this.#fastestSeq = cursor.position;
    if (this.#cursors.size === 1) this.tail.trim(cursor.position, this.#committed.seq);
    this.release();
  }

  drain(batch: StoreBatch): void {
    for (const { key, page } of this.#sealed) batch.put(key, page);
    this.#sealed = [];
    const builder = this.#builder;
    if (builder !== null && builder.count > 0) {
      batch.put(pageKey(this.#key, this.#pageSeq), builder.seal(this.#link));
      this.#host.returnBuilder(builder);
      this.#builder = null;
    }
    if (this.#entry.isDue) this.#entry.drain(batch, this.#tally.summary(this.#opened, this.#lastSeq));
    this.#drained = { seq: this.#lastSeq, link: this.#link };
    this.#dirty = false;
  }

  settled(): void {
    this.#committed = this.#drained;
    const { seq } = this.#committed;
    this.#trim(seq);
    if (this.#waiting.length > 0) this.#wake(seq);
    if (this.hasEnded) this.#host.finished(this);
    for (const cursor of this.#cursors) cursor.notify();
    this.release();
  }

  #trim(committedSeq: number): void {
    let takenSeq = committedSeq;
    for (const { position } of this.#cursors) if (position < takenSeq) takenSeq = position;
    this.tail.trim(takenSeq, committedSeq);
  }

  #wake(committedSeq: number): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ seq }) => seq > committedSeq);
    for (const waiter of waiting) if (waiter.seq <= committedSeq) waiter.resolve();
  }

  /** The log failed: nothing more is accepted, and everybody who waits is told. */
  fail(error: SluiceError): void {
    if (this.#fault !== null) return;
    this.#fault = error;
    this.#builder = null;
    this.#sealed = [];
    this.#host.held.delete(this);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    for (const cursor of [...this.#cursors]) cursor.fail(error);
    this.onFault?.(error);
  }
}

/** The monotonic time of `opened`. A log that is taken up again counts on from its last entry, by the
 *  wall clock, which may have been set back meanwhile but never makes an offset smaller. */
function startOf(host: WriterHost, opened: OpenedBody, state: WriterState | null): number {
  const nowMs = host.clock.monotonicMs();
  if (state === null) return nowMs;
  return nowMs - Math.max(state.lastOffsetUs / 1000, host.clock.nowMs() - opened.openedAtMs);
}

function entryOf(body: EntryBody, seq: number, offsetUs: number): Entry {
  if (body.type !== "chunk") return { ...body, seq, offsetUs };
  const { channel, text, template, logprobs, findings } = body;
  return { type: "chunk", channel, text, template, logprobs, findings, seq, offsetUs };
}
