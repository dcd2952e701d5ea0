import type { Subscription } from "rxjs";
import type { EntryBody, Totals, Usage } from "../domain/entry.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import type { PrincipalName } from "../domain/principal.js";
import type { RateStanding } from "../domain/rate-standing.js";
import type { SessionId } from "../domain/session-id.js";
import type { Clock } from "../domain/time.js";
import type { CloseCause, Cursor } from "../recording/cursor.js";
import type { SessionWriter } from "../recording/session-writer.js";
import type { UpstreamStream } from "../upstreams/upstream.js";
import { OwnCursor } from "./own-cursor.js";

export interface SessionRunOptions {
  readonly writer: SessionWriter;
  readonly clock: Clock;
  /** How long the session goes on without a reader; 0: losing the reader cancels it. */
  readonly graceMs: number;
  /** The same where the gateway itself cut the reader off for accepting nothing: it may attach again. */
  readonly stalledGraceMs: number;
  readonly onEnded: (run: SessionRun, error: SluiceError | null) => void;
  /** Told of each entry before it is appended. */
  readonly onAppend?: (body: EntryBody) => void;
}

/** Who ended a session, when a person did. */
export interface EndedBy {
  readonly by: PrincipalName;
  readonly reason: string;
}

/**
 * One running session: owns its writer, its one subscription, its upstream call and its timers, and is the
 * only one that writes `ended`.
 */
export class SessionRun {
  readonly id: SessionId;
  readonly writer: SessionWriter;
  /** The approval that the session waits for, while it does. */
  pendingApproval: string | null = null;
  /** How the caller's rates stood when the session was counted; its own answer says so. */
  readonly rates: RateStanding[] = [];
  readonly #options: SessionRunOptions;
  readonly #cleanups: (() => void)[] = [];
  readonly #findings = new Map<string, number>();
  #subscription: Subscription | null = null;
  #state: "running" | "ended" = "running";
  #ownCursors = 0;
  #chunks = 0;
  #characters = 0;
  #usage: Usage | null = null;
  #openedAtMs: number | null = null;
  #firstChunkUs: number | null = null;
  #cancelGrace: (() => void) | null = null;
  #upstreamClosed: Promise<void> = Promise.resolve();

  constructor(options: SessionRunOptions) {
    this.#options = options;
    this.writer = options.writer;
    this.id = options.writer.session;
    this.writer.onFault = (error) => this.end(error);
  }

  get hasEnded(): boolean {
    return this.#state === "ended";
  }

  get usage(): Usage | null {
    return this.#usage;
  }

  /** Resolves when the upstream's socket is closed or given back. */
  get upstreamClosed(): Promise<void> {
    return this.#upstreamClosed;
  }

  /** Runs when the session ends, in reverse order of adding; at once if it has. */
  onEnd(cleanup: () => void): void {
    if (this.#state === "ended") cleanup();
    else this.#cleanups.push(cleanup);
  }

  own(subscription: Subscription): void {
    if (this.#state === "ended") subscription.unsubscribe();
    else this.#subscription = subscription;
  }

  upstream(stream: UpstreamStream): void {
    this.#upstreamClosed = stream.closed;
  }

  /** Appends one entry. Throws what the log throws. */
  append(body: EntryBody): void {
    switch (body.type) {
      case "chunk":
        this.#chunks++;
        this.#characters += body.text.length;
        if (this.#firstChunkUs === null && this.#openedAtMs !== null) {
          this.#firstChunkUs = Math.round((this.#options.clock.monotonicMs() - this.#openedAtMs) * 1000);
        }
        if (body.findings.length > 0) this.#count(body.findings);
        break;
      case "output":
        if (body.findings.length > 0) this.#count(body.findings);
        for (const item of body.items) if (item.type === "usage") this.#usage = item.usage;
        break;
      case "upstream_opened":
        this.#openedAtMs = this.#options.clock.monotonicMs();
        break;
      default:
        break;
    }
    this.#options.onAppend?.(body);
    this.writer.append(body);
  }

  #count(findings: readonly { readonly entity: string }[]): void {
    for (const { entity } of findings) this.#findings.set(entity, (this.#findings.get(entity) ?? 0) + 1);
  }

  /** Ends the session; the first call counts. Null: the answer is whole. */
  end(error: SluiceError | null, by?: EndedBy): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#cancelGrace?.();
    // First the upstream: nothing is read for a session that is over.
    this.#subscription?.unsubscribe();
    for (const cleanup of this.#cleanups.reverse()) cleanup();
    const ended = this.#writeEnded(error, by);
    this.#options.onEnded(this, ended);
  }

  #writeEnded(error: SluiceError | null, by: EndedBy | undefined): SluiceError | null {
    if (this.writer.fault !== null) return this.writer.fault;
    try {
      this.writer.append({
        type: "ended",
        error: error === null ? null : { code: error.code, message: error.message, details: error.details },
        outcome: error === null ? "complete" : error.code,
        by: by === undefined ? null : { issuer: by.by.issuer, subject: by.by.subject },
        reason: by?.reason ?? null,
        totals: this.#totals(),
      });
      return error;
    } catch (thrown) {
      return asSluiceError(thrown);
    }
  }

  #totals(): Totals {
    return {
      chunks: this.#chunks,
      characters: this.#characters,
      findings: Object.fromEntries(this.#findings),
      usage: this.#usage,
      firstChunkUs: this.#firstChunkUs,
    };
  }

  /** A cursor for the session's own caller. */
  ownCursor(afterSeq: number): Cursor {
    this.#cancelGrace?.();
    this.#cancelGrace = null;
    this.#ownCursors++;
    return new OwnCursor(this.writer.cursor(afterSeq), (cause) => this.#ownCursorClosed(cause));
  }

  /** A session whose caller is gone goes on for the grace, and then is cancelled. */
  #ownCursorClosed(cause: CloseCause): void {
    this.#ownCursors--;
    if (this.#ownCursors > 0 || this.#state === "ended") return;
    const { clock } = this.#options;
    const graceMs = cause === "stalled" ? this.#options.stalledGraceMs : this.#options.graceMs;
    const gone = new SluiceError("cancelled", "The client went away.");
    if (graceMs <= 0) this.end(gone);
    else this.#cancelGrace = clock.after(graceMs, () => this.end(gone));
  }
}
