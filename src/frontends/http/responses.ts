import type { ClientDialect, FrameSink, PlainEncoder, StreamEncoder } from "../../dialects/dialect.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject } from "../../domain/json.js";
import { type Principal, samePrincipal } from "../../domain/principal.js";
import type { Cursor } from "../../recording/cursor.js";
import { authenticate } from "../authenticate.js";
import { Pump, type PumpSink } from "../pump.js";
import { readerFor } from "../session-reading.js";
import { type Exchange, sendJson } from "./exchange.js";
import type { HttpRoom } from "./room.js";

/** `GET /v1/responses/{id}`: as it stands now, or with `stream=true` its events again, from a number on. */
export async function retrieve(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal, session, dialect } = await ownResponse(room, exchange, id);
  if (flagOf(exchange, "stream")) {
    const after = startingAfterOf(exchange);
    const live = await room.deps.gateway.attach(session, principal, 0);
    room.stream(exchange, { dialect: startingAfter(dialect, after), live });
    return;
  }
  const reader = await readerFor(room.deps, session, principal);
  const cursor = reader.cursor({ afterSeq: 0, live: false });
  sendJson(exchange, await snapshotOf(cursor, { id, dialect, exchange }));
}

/** `POST /v1/responses/{id}/cancel`: one that has ended stays as it is. */
export async function cancel(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal, session, dialect } = await ownResponse(room, exchange, id);
  await room.deps.gateway.cancel(session, principal);
  const { cursor } = await room.deps.gateway.attach(session, principal, 0);
  sendJson(exchange, await snapshotOf(cursor, { id, dialect, exchange }));
}

/** `DELETE /v1/responses/{id}`: nobody goes on from it any more; the record is the auditor's and stays. */
export async function remove(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await ownResponse(room, exchange, id);
  room.deps.gateway.forgetResponse(id, principal);
  sendJson(exchange, { id, object: "response", deleted: true });
}

interface OwnResponse {
  readonly principal: Principal;
  readonly session: string;
  readonly dialect: ClientDialect;
}

/** @throws SluiceError `not_found` for what is not the caller's own, whoever the caller is. */
async function ownResponse(room: HttpRoom, exchange: Exchange, id: string): Promise<OwnResponse> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const { dialect } = exchange;
  if (dialect === null) throw new SluiceError("not_found", "This gateway does not speak this dialect.");
  const session = room.deps.gateway.sessionOfResponse(id, principal);
  const { opened } = await readerFor(room.deps, session, principal);
  if (!samePrincipal(opened.principal, principal) || opened.dialect !== dialect.name) {
    throw new SluiceError("not_found", "There is no such response.");
  }
  exchange.response.setHeader("x-sluice-session", session);
  return { principal, session, dialect };
}

function flagOf({ query }: Exchange, field: string): boolean {
  const value = query.get(field);
  if (value === null || value === "false") return false;
  if (value === "true") return true;
  throw new SluiceError("invalid_request", `The field ${field} is true or false.`, { field });
}

/** Number of the last event that the client has; -1: none. */
function startingAfterOf({ query }: Exchange): number {
  const value = query.get("starting_after");
  if (value === null) return -1;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new SluiceError("invalid_request", "The field starting_after is a whole number.", {
    field: "starting_after",
  });
}

/** Every reading of a log numbers its events alike, so what the client has is counted off. */
function startingAfter(dialect: ClientDialect, after: number): ClientDialect {
  return { ...dialect, streamEncoder: (options) => new LaterEvents(dialect.streamEncoder(options), after) };
}

class LaterEvents implements StreamEncoder, FrameSink {
  readonly #encoder: StreamEncoder;
  readonly #after: number;
  #sink: FrameSink | null = null;
  #next = 0;

  constructor(encoder: StreamEncoder, after: number) {
    this.#encoder = encoder;
    this.#after = after;
  }

  encode(entry: Entry, sink: FrameSink): void {
    this.#sink = sink;
    this.#encoder.encode(entry, this);
  }

  frame(event: string | null, data: string, seq: number): void {
    if (this.#next++ > this.#after) this.#sink?.frame(event, data, seq);
  }
}

/** Resolves when the cursor is at its end. */
function snapshotOf(
  cursor: Cursor,
  {
    id,
    dialect,
    exchange,
  }: { readonly id: string; readonly dialect: ClientDialect; readonly exchange: Exchange },
): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const snapshot = new Snapshot(dialect, { id, resolve, reject });
    const pump = new Pump(cursor, snapshot);
    exchange.response.once("close", () => pump.close());
    pump.start();
  });
}

/** A response as its log tells it so far. */
class Snapshot implements PumpSink, FrameSink {
  readonly #id: string;
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
      resolve,
      reject,
    }: {
      readonly id: string;
      readonly resolve: (body: JsonObject) => void;
      readonly reject: (error: SluiceError) => void;
    },
  ) {
    const options = { echo: new Map(), request: null };
    this.#id = id;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#plain = dialect.plainEncoder(options);
    this.#stream = dialect.streamEncoder(options);
  }

  write(entries: readonly Entry[]): boolean {
    for (const entry of entries) {
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
    const { model = "", openedAtMs = 0 } = this.#opened ?? {};
    const head = { id: this.#id, object: "response", created_at: Math.floor(openedAtMs / 1000) };
    return { ...head, status: "queued", error: null, model, output: [], usage: null };
  }
}
