import type { ClientDialect, FrameSink, StreamEncoder } from "../../dialects/dialect.js";
import { inputItemsPage } from "../../dialects/openai-responses/input-items.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import { type Principal, samePrincipal } from "../../domain/principal.js";
import { authenticate } from "../authenticate.js";
import { readerFor } from "../session-reading.js";
import { type Exchange, sendJson } from "./exchange.js";
import { snapshotOf } from "./response-snapshot.js";
import type { HttpRoom } from "./room.js";

/** `GET /v1/responses/{id}`: as it stands now, or with `stream=true` its events again, from a number on. */
export async function retrieve(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal, session, dialect, opened } = await ownResponse(room, exchange, id);
  if (flagOf(exchange, "stream")) {
    if (!opened.stream) throw neverStreamed();
    const after = startingAfterOf(exchange);
    const live = await room.deps.gateway.attach(session, principal, 0);
    room.stream(exchange, { dialect: startingAfter(dialect, after), live });
    return;
  }
  const reader = await readerFor(room.deps, session, principal);
  const cursor = reader.cursor({ afterSeq: 0, live: false });
  const restore = room.deps.gateway.restorerOf(session, principal);
  sendJson(exchange, await snapshotOf(cursor, { id, dialect, exchange, restore }));
}

/** `POST /v1/responses/{id}/cancel`: one that has ended stays as it is. */
export async function cancel(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal, session, dialect } = await ownResponse(room, exchange, id);
  await room.deps.gateway.cancel(session, principal);
  const { cursor, restore } = await room.deps.gateway.attach(session, principal, 0);
  sendJson(exchange, await snapshotOf(cursor, { id, dialect, exchange, restore }));
}

/** `DELETE /v1/responses/{id}`: nobody goes on from it any more; the record is the auditor's and stays. */
export async function remove(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal, session } = await ownResponse(room, exchange, id);
  // What nobody finds any more shall not run on either.
  await room.deps.gateway.cancel(session, principal);
  room.deps.gateway.forgetResponse(id, principal);
  sendJson(exchange, { id, object: "response", deleted: true });
}

/** `GET /v1/responses/{id}/input_items`: what it was made from, page by page. */
export async function inputItems(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { query } = exchange;
  const { opened } = await ownResponse(room, exchange, id);
  const limit = query.get("limit") ?? "20";
  const order = query.get("order") ?? "desc";
  if (!/^(?:[1-9]\d?|100)$/.test(limit)) {
    throw new SluiceError("invalid_request", "The field limit is a whole number from 1 to 100.", {
      field: "limit",
    });
  }
  if (order !== "asc" && order !== "desc") {
    throw new SluiceError("invalid_request", 'The field order is "asc" or "desc".', { field: "order" });
  }
  sendJson(exchange, inputItemsPage(opened, { after: query.get("after"), limit: Number(limit), order }));
}

interface OwnResponse {
  readonly principal: Principal;
  readonly opened: EntryOf<"opened">;
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
  return { principal, opened, session, dialect };
}

/** A response that came whole has no events to send again. */
function neverStreamed(): SluiceError {
  const message = "The response was not asked for as a stream; retrieve it without stream.";
  return new SluiceError("invalid_request", message, { field: "stream" });
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
