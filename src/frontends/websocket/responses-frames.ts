import type { ClientDialect } from "../../dialects/dialect.js";
import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";

/** What a client asks on the Responses WebSocket. */
export interface ResponseCreate {
  /** Null: the lane without a name. */
  readonly lane: string | null;
  /** The body as POST /v1/responses would have it. */
  readonly body: JsonObject;
}

const LANE = /^[A-Za-z0-9_.-]{1,256}$/;

/** @throws SluiceError `invalid_request` naming the member. */
export function parseCreate(frame: JsonObject): ResponseCreate {
  const { type, stream_id: lane = null, ...body } = frame;
  if (lane !== null && (typeof lane !== "string" || !LANE.test(lane))) {
    throw invalid("stream_id", "The stream_id is 1 to 256 of A-Z a-z 0-9 _ . -");
  }
  if (type !== "response.create") throw invalid("type", "This connection takes response.create only.");
  if (body["background"] === true)
    throw invalid("background", "Background mode is not served over WebSocket.");
  return { lane, body: { ...body, stream: true } };
}

/** The lane of a frame that could not be read, so that the error reaches who waits for it. */
export function laneIn(frame: JsonObject | null): string | null {
  const lane = frame?.["stream_id"];
  return typeof lane === "string" && LANE.test(lane) ? lane : null;
}

/** A frame of a lane: named lanes stand on every event. `data` is the JSON text of an object. */
export function onLane(lane: string | null, data: string): string {
  return lane === null ? data : `{"stream_id":${JSON.stringify(lane)},${data.slice(1)}`;
}

/**
 * An error before the stream has begun. Agents try everything but a 400 again, over this protocol and then
 * over HTTP, so whatever no repeat can cure is a 400.
 */
export function errorEvent(dialect: ClientDialect, error: SluiceError): string {
  const wire = dialect.error(error, "");
  const isFinal = wire.status >= 400 && wire.status < 500 && wire.status !== 401 && wire.status !== 429;
  const member = wire.body["error"] ?? null;
  const isObject = typeof member === "object" && member !== null && !Array.isArray(member);
  const inner = isFinal && isObject ? { ...member, type: "invalid_request_error" } : member;
  return JSON.stringify({ type: "error", status: isFinal ? 400 : wire.status, error: inner });
}

function invalid(field: string, message: string): SluiceError {
  return new SluiceError("invalid_request", message, { field });
}
