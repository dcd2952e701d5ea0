import { parseStrictJsonInSlices } from "../../dialects/strict-json.js";
import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";

/** `response.create`: the body of a request, and the lane that it goes on. */
export interface CreateFrame {
  readonly streamId: string | null;
  readonly body: JsonObject;
}

/** A frame that is wrong, with the lane that it named where that could be read. */
export class FrameError extends Error {
  readonly streamId: string | null;
  readonly error: SluiceError;

  constructor(error: SluiceError, streamId: string | null) {
    super(error.message);
    this.error = error;
    this.streamId = streamId;
  }
}

const STREAM_ID = /^[A-Za-z0-9_.-]{1,256}$/;

/** @throws SluiceError for what is no JSON object; FrameError for one that asks for nothing known. */
export async function parseFrame(bytes: Uint8Array, limitBytes: number): Promise<CreateFrame> {
  const { type, stream_id: lane, ...body } = await parseStrictJsonInSlices(bytes, { bytes: limitBytes });
  if (lane !== undefined && (typeof lane !== "string" || !STREAM_ID.test(lane))) {
    throw invalid("stream_id", "The member stream_id must be 1 to 256 of A-Z a-z 0-9 _ . -", null);
  }
  const streamId = lane ?? null;
  if (type === "response.steer") {
    throw invalid(
      "type",
      "A running response cannot be steered here; send another response.create.",
      streamId,
    );
  }
  if (type !== "response.create") {
    throw invalid("type", 'The member type must be "response.create".', streamId);
  }
  if (body["background"] === true) {
    throw invalid("background", "Background mode is not served over WebSocket.", streamId);
  }
  // On this wire everything is a stream; clients leave the member out, or say so.
  return { streamId, body: { ...body, stream: true } };
}

function invalid(field: string, message: string, streamId: string | null): FrameError {
  return new FrameError(new SluiceError("invalid_request", message, { field }), streamId);
}
