import { SluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject } from "../domain/json.js";
import { atOnce, inTurns, PAUSE, type Steps } from "../domain/pace.js";
import { JsonScanner } from "./json-scanner.js";

export interface StrictJsonLimits {
  /** Most bytes of the body. */
  readonly bytes: number;
  /** Most nesting; default 64. */
  readonly depth?: number;
  /** Most values (objects, lists, strings, numbers, literals) in all; default 100,000. */
  readonly values?: number;
  /** Most keys of one object; default 10,000. */
  readonly keys?: number;
}

const DEFAULT_DEPTH = 64;
const DEFAULT_VALUES = 100_000;
const DEFAULT_KEYS = 10_000;
/** Characters that one step reads; about half a millisecond. */
const SLICE = 32 * 1024;
/** Bytes that one step decodes. */
const DECODED_BYTES = 256 * 1024;

/**
 * Reads a request body as one JSON object, strictly: UTF-8, no duplicate keys, no number that would become
 * another one, bounded in size, depth and count. Messages hold places and keys, never values.
 * @throws SluiceError `too_large` for a limit, `invalid_request` for everything else.
 * @see RFC 8259
 */
export function parseStrictJson(bytes: Uint8Array, limits: StrictJsonLimits): JsonObject {
  return atOnce(strictJson(bytes, limits));
}

/** The same, with other work let in between the steps of a large body. */
export function parseStrictJsonInSlices(bytes: Uint8Array, limits: StrictJsonLimits): Promise<JsonObject> {
  return inTurns(strictJson(bytes, limits));
}

function* strictJson(bytes: Uint8Array, limits: StrictJsonLimits): Steps<JsonObject> {
  if (bytes.byteLength > limits.bytes) {
    throw new SluiceError("too_large", `The body is larger than ${limits.bytes} bytes; send less.`);
  }
  const scanner = new JsonScanner(yield* decoded(bytes), {
    depth: limits.depth ?? DEFAULT_DEPTH,
    values: limits.values ?? DEFAULT_VALUES,
    keys: limits.keys ?? DEFAULT_KEYS,
  });
  while (!scanner.scan(SLICE)) yield PAUSE;
  const { value } = scanner;
  if (!isJsonObject(value)) throw new SluiceError("invalid_request", "The body must be a JSON object.");
  return value;
}

function* decoded(bytes: Uint8Array): Steps<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    if (bytes.byteLength <= DECODED_BYTES) return decoder.decode(bytes);
    const pieces: string[] = [];
    for (let at = 0; at < bytes.byteLength; at += DECODED_BYTES) {
      pieces.push(decoder.decode(bytes.subarray(at, at + DECODED_BYTES), { stream: true }));
      yield PAUSE;
    }
    pieces.push(decoder.decode());
    return pieces.join("");
  } catch {
    throw new SluiceError("invalid_request", "The body is not UTF-8; send JSON encoded as UTF-8.");
  }
}
