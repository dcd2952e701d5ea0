import { parseStrictJsonInSlices } from "../../dialects/strict-json.js";
import { SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject } from "../../domain/json.js";

export const ASKS = ["complete", "attach", "replay", "follow", "cancel"] as const;
export type Ask = (typeof ASKS)[number];

/** A frame of a client: which stream, what is asked, and the message of the contract. */
export interface ClientFrame {
  readonly stream: string;
  readonly ask: Ask;
  readonly message: JsonObject;
}

const STREAM_ID = /^[A-Za-z0-9_.:-]{1,64}$/;

/** @throws SluiceError `invalid_request` naming what is wrong, `too_large` for depth or count. */
export async function parseFrame(bytes: Uint8Array, limitBytes: number): Promise<ClientFrame> {
  const frame = await parseStrictJsonInSlices(bytes, { bytes: limitBytes });
  const { stream, ...rest } = frame;
  if (typeof stream !== "string" || !STREAM_ID.test(stream)) {
    throw invalid("stream", "The member stream must be 1 to 64 of A-Z a-z 0-9 _ . : -");
  }
  const [member, second] = Object.keys(rest);
  const ask = ASKS.find((known) => known === member);
  if (ask === undefined || second !== undefined) {
    throw invalid(member ?? "", `A frame holds stream and one of ${ASKS.join(", ")}.`);
  }
  const message = rest[ask];
  if (!isJsonObject(message)) throw invalid(ask, `The member ${ask} must be an object.`);
  return { stream, ask, message };
}

/** Refuses members that a message does not have, as the contract's JSON mapping asks. */
export function requireKnown(message: JsonObject, known: readonly string[]): void {
  const other = Object.keys(message).find((name) => !known.includes(name));
  if (other === undefined) return;
  const field = other.slice(0, 64);
  throw invalid(
    field,
    `The member ${JSON.stringify(field)} is not known here; known are ${known.join(", ") || "none"}.`,
  );
}

function invalid(field: string, message: string): SluiceError {
  return new SluiceError("invalid_request", message, { field: field.slice(0, 64) });
}
