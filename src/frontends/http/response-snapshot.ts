import type { ClientDialect, FrameSink, PlainEncoder, StreamEncoder } from "../../dialects/dialect.js";
import { queuedResponse } from "../../dialects/openai-responses/response-object.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import type { SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject } from "../../domain/json.js";
import type { TextRestorer } from "../../pipeline/call.js";
import type { Cursor } from "../../recording/cursor.js";
import { Pump, type PumpSink } from "../pump.js";
import { RestoredEntries } from "../restored.js";
import type { Exchange } from "./exchange.js";

/** Resolves when the cursor is at its end. */
export function snapshotOf(
  cursor: Cursor,
  {
    id,
    dialect,
    exchange,
    restore,
  }: {
    readonly id: string;
    readonly dialect: ClientDialect;
    readonly exchange: Exchange;
    /** Puts the caller's values back; null: there are none. */
    readonly restore: TextRestorer | null;
  },
): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const restored = restore === null ? null : new RestoredEntries(restore);
    const snapshot = new Snapshot(dialect, { id, restored, resolve, reject });
    const pump = new Pump(cursor, snapshot);
    exchange.response.once("close", () => pump.close());
    pump.start();
  });
}

/** A response as its log tells it so far. */
class Snapshot implements PumpSink, FrameSink {
  readonly #id: string;
  readonly #restored: RestoredEntries | null;
  readonly #resolve: (body: JsonObject) => void;
  readonly #reject: (error: SluiceError) => void;
  readonly #plain: PlainEncoder;
  readonly #stream: StreamEncoder;
  #opened: EntryOf<"opened"> | null = null;
  #ended: EntryOf<"ended"> | null = null;
  /** The last event that held the whole response. */
  #last: string | null = null;

  constructor(
    dialect: ClientDialect,
    {
      id,
      restored,
      resolve,
      reject,
    }: {
      readonly id: string;
      readonly restored: RestoredEntries | null;
      readonly resolve: (body: JsonObject) => void;
      readonly reject: (error: SluiceError) => void;
    },
  ) {
    const options = { echo: new Map(), request: null };
    this.#id = id;
    this.#restored = restored;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#plain = dialect.plainEncoder(options);
    this.#stream = dialect.streamEncoder(options);
  }

  write(entries: readonly Entry[]): boolean {
    for (const entry of this.#restored === null ? entries : this.#restored.restore(entries)) {
      if (entry.type === "opened") this.#opened = entry;
      if (entry.type === "ended") this.#ended = entry;
      this.#plain.add(entry);
      this.#stream.encode(entry, this);
    }
    return true;
  }

  frame(_event: string | null, data: string): void {
    if (data.includes('"object":"response"')) this.#last = data;
  }

  finish(): void {
    if (this.#ended !== null && this.#ended.error === null) this.#resolve(this.#plain.body());
    else this.#resolve({ ...this.#begun(), ...this.#state() });
  }

  fail(error: SluiceError): void {
    this.#reject(error);
  }

  #state(): JsonObject {
    if (this.#ended === null) return this.#last === null ? { status: "queued" } : {};
    const isCancelled = this.#ended.outcome === "cancelled";
    return isCancelled ? { id: this.#id, status: "cancelled", error: null } : { id: this.#id };
  }

  #begun(): JsonObject {
    const event: unknown = this.#last === null ? null : JSON.parse(this.#last);
    const response = isJsonObject(event) ? event["response"] : null;
    if (isJsonObject(response)) return response;
    return this.#opened === null ? {} : queuedResponse(this.#opened);
  }
}
