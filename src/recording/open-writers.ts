import type { OpenedBody } from "../domain/entry.js";
import { SluiceError } from "../domain/errors.js";
import { parseSessionId, type SessionId } from "../domain/session-id.js";
import type { AcknowledgedHead, UnfinishedLog } from "./recovery.js";
import { SessionWriter } from "./session-writer.js";
import { WriterHost, type WriterHostOptions } from "./writer-host.js";

/** The sessions that are being written. */
export class OpenWriters {
  readonly host: WriterHost;
  readonly #writers = new Map<SessionId, SessionWriter>();

  constructor(options: Omit<WriterHostOptions, "finished">) {
    this.host = new WriterHost({ ...options, finished: ({ session }) => this.#writers.delete(session) });
  }

  get size(): number {
    return this.#writers.size;
  }

  get sessions(): readonly SessionId[] {
    return [...this.#writers.keys()];
  }

  has(session: SessionId): boolean {
    return this.#writers.has(session);
  }

  get(session: SessionId): SessionWriter | null {
    return this.#writers.get(session) ?? null;
  }

  /** What each of them has committed. */
  heads(): readonly AcknowledgedHead[] {
    return [...this.#writers.values()].map(({ session, committedHead }) => ({ session, ...committedHead }));
  }

  /** @throws SluiceError `internal` for an id that is not new or no UUIDv7. */
  begin(opened: OpenedBody): SessionWriter {
    const session = parseSessionId(opened.session);
    if (session === null || this.#writers.has(session)) {
      throw new SluiceError("internal", `Session id ${opened.session} is not a new UUIDv7.`);
    }
    const writer = new SessionWriter(this.host, opened, { session, state: null });
    this.#writers.set(session, writer);
    return writer;
  }

  /** Goes on with a log that has no end. Appends the `segment` entry of the restart. */
  takeUp({ session, opened, state }: UnfinishedLog): SessionWriter {
    const writer = new SessionWriter(this.host, opened, { session, state });
    this.#writers.set(session, writer);
    writer.append({ type: "segment", cause: "restart", atMs: this.host.clock.nowMs() });
    return writer;
  }

  /** Fails every one and lets go of it; gives what they had committed. */
  failAll(error: SluiceError): readonly AcknowledgedHead[] {
    const heads = this.heads();
    const writers = [...this.#writers.values()];
    this.clear();
    for (const writer of writers) writer.fail(error);
    this.host.pendingBytes = 0;
    return heads;
  }

  clear(): void {
    this.#writers.clear();
    this.host.pendingBytes = 0;
  }
}
