import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { eventMembers } from "../event-json.js";
import { RestoredEntries } from "../restored.js";
import { stillOpen } from "../still-open.js";
import { errorFrame } from "./errors.js";

/** Entries that one stream sends before the next one of the socket has its turn. */
const ENTRIES_PER_TURN = 32;

/** What a stream needs of its socket. */
export interface StreamHost {
  /** The stream has something to send. */
  ready(stream: SessionStream): void;
  send(frame: string): boolean;
  over(stream: SessionStream): void;
}

/** One session on a socket that may carry many. */
export class SessionStream {
  readonly id: string;
  /** Null: somebody's session that is only read here; to cancel it is to stop reading. */
  readonly ownSession: string | null;
  readonly #host: StreamHost;
  readonly #reading: Pick<LiveSession, "cursor" | "restore">;
  readonly #restored: RestoredEntries | null;
  readonly #prefix: string;
  #ended: EntryOf<"ended"> | null = null;
  #isOver = false;

  constructor(
    host: StreamHost,
    reading: Pick<LiveSession, "cursor" | "restore">,
    { id, ownSession }: { readonly id: string; readonly ownSession: string | null },
  ) {
    this.id = id;
    this.ownSession = ownSession;
    this.#host = host;
    this.#reading = reading;
    this.#restored = reading.restore === null ? null : new RestoredEntries(reading.restore);
    this.#prefix = `{"stream":${JSON.stringify(id)},`;
    reading.cursor.onReadable = () => host.ready(this);
    reading.cursor.onFault = (error) => this.fail(error);
  }

  /** Sends its share. True: it may have more. */
  turn(): boolean {
    if (this.#isOver) return false;
    const { cursor } = this.#reading;
    const entries = cursor.take(ENTRIES_PER_TURN);
    for (const entry of this.#restored === null ? entries : this.#restored.restore(entries))
      this.#send(entry);
    if (cursor.done) {
      this.#finish();
      return false;
    }
    return entries.length > 0;
  }

  #send(entry: Entry): void {
    if (entry.type === "ended") this.#ended = entry;
    const members = eventMembers(entry);
    if (members !== null) this.#host.send(`${this.#prefix}${members}}`);
  }

  #finish(): void {
    if (this.#ended === null) this.fail(stillOpen());
    else if (this.#ended.error === null) this.close();
    else {
      const { code, message, details } = this.#ended.error;
      this.fail(new SluiceError(code, message, details));
    }
  }

  fail(error: SluiceError): void {
    if (this.#isOver) return;
    this.#host.send(errorFrame(this.id, error));
    this.close();
  }

  /** Reads no more. The session itself is not ended by it. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { cursor } = this.#reading;
    cursor.onReadable = null;
    cursor.onFault = null;
    cursor.close();
    this.#host.over(this);
  }
}
