import type { SluiceError } from "../../domain/errors.js";
import { isJsonObject } from "../../domain/json.js";
import { codeOf, requestIdOf } from "../decoded.js";
import type { UpstreamDialect } from "../dialect.js";
import { objectAt } from "../json-place.js";
import { upstreamError } from "../problem.js";
import { buildGeminiRequest } from "./build-request.js";
import { GeminiPlainDecoder } from "./plain-decoder.js";
import { GeminiStreamDecoder } from "./stream-decoder.js";

/** The upstream's edge of Gemini's `generateContent`. The connection's URL ends with the API's version. */
export const geminiUpstream: UpstreamDialect = {
  name: "gemini",
  build: buildGeminiRequest,
  streamDecoder: (options) => new GeminiStreamDecoder(options),
  plainDecoder: (options) => new GeminiPlainDecoder(options),
  error(status, headers, body): SluiceError {
    return upstreamError(status, {
      code: statusIn(body),
      requestId: requestIdOf(headers["x-request-id"]),
      retryAfter: headers["retry-after"],
    });
  },
};

const MAX_ERROR_BODY = 65_536;

/** `{"error": {"code": 400, "message", "status": "INVALID_ARGUMENT"}}`, at times in a list. */
function statusIn(body: Buffer): string | null {
  if (body.length > MAX_ERROR_BODY) return null;
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    const first: unknown = Array.isArray(value) ? value[0] : value;
    const error = isJsonObject(first) ? objectAt(first, "error") : null;
    return error === null ? null : codeOf(error["status"]);
  } catch {
    return null;
  }
}
