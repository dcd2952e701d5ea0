import { once } from "node:events";
import { parseStrictJsonInSlices } from "../../dialects/strict-json.js";
import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import { authenticate } from "../authenticate.js";
import { exportSession } from "../session-export.js";
import { outlineSession } from "../session-outline.js";
import { readPage } from "../session-page.js";
import { deleteSession, verifyLogs } from "../session-upkeep.js";
import { readBody } from "./body.js";
import { type Exchange, sendJson } from "./exchange.js";
import type { HttpRoom } from "./room.js";
import { numberOf } from "./sessions.js";

/** `GET /v1/sessions/{id}/outline`: what happened when, without text. */
export async function outline(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  sendJson(exchange, await outlineSession(room.deps, id, principal));
}

/** `GET /v1/sessions/{id}/events`: a page of the log as fast as it can be read. */
export async function events(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const number = (field: string): number => numberOf(field, exchange.query.get(field) ?? "0");
  const page = { viewer: principal, afterSeq: number("after"), limit: number("limit") };
  const { events: items = [], nextAfterSeq: next = null } = await readPage(room.deps, id, page);
  sendJson(exchange, { items, next });
}

const EXPORT_TYPES: Readonly<Record<string, string>> = {
  ndjson: "application/x-ndjson",
  asciicast: "application/x-asciicast",
};

/** `GET /v1/sessions/{id}/export?format=`: pieces are made as they are taken. */
export async function exported(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { request, response, query } = exchange;
  const { principal } = await authenticate(request.headers, room.deps.verifier);
  const format = query.get("format") ?? "ndjson";
  const pieces = await exportSession(room.deps, id, { viewer: principal, format });
  response.setHeader("content-type", EXPORT_TYPES[format] ?? "text/plain");
  response.setHeader("cache-control", "no-store");
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  for await (const piece of pieces) {
    if (gone.signal.aborted) return;
    // A reader that is gone while it is waited for has made the answer pointless, not wrong.
    if (!response.write(piece)) await once(response, "drain", { signal: gone.signal }).catch(() => {});
  }
  response.end();
}

/** `POST /v1/sessions/{id}/stop` with a reason. */
export async function stop(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const { reason } = await fieldsOf(room, exchange, ["reason"]);
  sendJson(exchange, { wasRunning: await room.deps.gateway.stop(id.toLowerCase(), principal, reason ?? "") });
}

/** `DELETE /v1/sessions/{id}`: its id, hashes and the act remain. */
export async function remove(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  sendJson(exchange, await deleteSession(room.deps, id, principal));
}

/** `POST /v1/verify`: one session or everything, against anchors where some are given. */
export async function verify(room: HttpRoom, exchange: Exchange): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const { sessionId = "", anchors = "" } = await fieldsOf(room, exchange, ["sessionId", "anchors"]);
  const {
    problems = [],
    unknown = [],
    ...report
  } = await verifyLogs(room.deps, { session: sessionId, anchors }, principal);
  sendJson(exchange, { intact: false, ...report, problems, unknown });
}

/** The body: an object of texts with these names and no others. */
async function fieldsOf(
  room: HttpRoom,
  { request }: Exchange,
  names: readonly string[],
): Promise<Readonly<Partial<Record<string, string>>>> {
  const bytes = await readBody(request, room.limits.bodyBytes);
  const body: JsonObject = await parseStrictJsonInSlices(bytes, { bytes: room.limits.bodyBytes });
  const fields: Partial<Record<string, string>> = {};
  for (const [name, value] of Object.entries(body)) {
    if (!names.includes(name) || typeof value !== "string") {
      const field = name.slice(0, 64);
      throw new SluiceError("invalid_request", `The body holds texts named ${names.join(", ")} only.`, {
        field,
      });
    }
    fields[name] = value;
  }
  return fields;
}
