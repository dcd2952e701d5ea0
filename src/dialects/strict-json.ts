import { SluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject } from "../domain/json.js";
import { JsonScanner } from "./json-scanner.js";

export interface StrictJsonLimits {
  /** Most bytes of the body. */
  readonly bytes: number;
  /** Most nesting; default 64. */
  readonly depth?: number;
  /** Most values (objects, lists, strings, numbers, literals) in all; default 100,000. `JSON.parse` of many
   *  small objects is the slow case, and it cannot be sliced. */
  readonly values?: number;
}

const DEFAULT_DEPTH = 64;
const DEFAULT_VALUES = 100_000;
/** Characters that one slice scans; about a millisecond. */
const SLICE = 128 * 1024;

/**
 * Reads a request body as one JSON object, strictly: UTF-8, no duplicate keys, no number that would become
 * another one, bounded in size, depth and count. Messages hold places and keys, never values.
 * @throws SluiceError `too_large` for a limit, `invalid_request` for everything else.
 * @see RFC 8259
 */
export function parseStrictJson(bytes: Uint8Array, limits: StrictJsonLimits): JsonObject {
  const text = decoded(bytes, limits);
  const scanner = scannerOf(text, limits);
  while (!scanner.scan(SLICE));
  return parsed(text);
}

/** The same, with other work let in between slices of a large body. */
export async function parseStrictJsonInSlices(
  bytes: Uint8Array,
  limits: StrictJsonLimits,
): Promise<JsonObject> {
  const text = decoded(bytes, limits);
  const scanner = scannerOf(text, limits);
  while (!scanner.scan(SLICE)) await new Promise((resolve) => setImmediate(resolve));
  return parsed(text);
}

function scannerOf(text: string, limits: StrictJsonLimits): JsonScanner {
  return new JsonScanner(text, {
    depth: limits.depth ?? DEFAULT_DEPTH,
    values: limits.values ?? DEFAULT_VALUES,
  });
}

function decoded(bytes: Uint8Array, limits: StrictJsonLimits): string {
  if (bytes.byteLength > limits.bytes) {
    throw new SluiceError("too_large", `The body is larger than ${limits.bytes} bytes; send less.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SluiceError("invalid_request", "The body is not UTF-8; send JSON encoded as UTF-8.");
  }
}

function parsed(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The scanner has accepted the text, so this is a fault here; V8's message would quote the body.
    throw new SluiceError("invalid_request", "The body is not valid JSON.");
  }
  if (!isJsonObject(value)) {
    throw new SluiceError("invalid_request", "The body must be a JSON object.");
  }
  return value;
}
