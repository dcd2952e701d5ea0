import type { ClientDialect } from "../../dialects/dialect.js";
import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";

/** What a client asks on the Responses WebSocket. */
export interface ResponseCreate {
  /** Null: the lane without a name. */
  readonly lane: string | null;
  /** The body as POST /v1/responses would have it. */
  readonly body: JsonObject;
  /** False: prepare only, without output. */
  readonly generates: boolean;
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
  const generates = body["generate"] !== false;
  return { lane, body: { ...body, stream: true }, generates };
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

/** The events of a turn that was prepared and says nothing. */
export function preparedEvents(id: string, body: JsonObject, createdS: number): readonly string[] {
  const base = {
    id,
    object: "response",
    created_at: createdS,
    model: body["model"] ?? null,
    output: [],
    error: null,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    metadata: body["metadata"] ?? {},
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    temperature: body["temperature"] ?? null,
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_p: body["top_p"] ?? null,
    store: false,
  };
  const usage = {
    input_tokens: 0,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 0,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 0,
  };
  return [
    JSON.stringify({
      type: "response.created",
      sequence_number: 0,
      response: { ...base, status: "in_progress", usage: null },
    }),
    JSON.stringify({
      type: "response.completed",
      sequence_number: 1,
      response: { ...base, status: "completed", usage },
    }),
  ];
}

function invalid(field: string, message: string): SluiceError {
  return new SluiceError("invalid_request", message, { field });
}
