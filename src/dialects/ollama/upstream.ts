import { requestIdOf } from "../decoded.js";
import type { UpstreamDialect } from "../dialect.js";
import { upstreamError } from "../problem.js";
import { buildOllamaRequest } from "./build-request.js";
import { OllamaPlainDecoder } from "./plain-decoder.js";
import { OllamaStreamDecoder } from "./stream-decoder.js";

/** The upstream's edge of Ollama's own API. Its errors are sentences, so only their status passes. */
export const ollamaUpstream: UpstreamDialect = {
  name: "ollama",
  build: buildOllamaRequest,
  streamDecoder: (options) => new OllamaStreamDecoder(options),
  plainDecoder: (options) => new OllamaPlainDecoder(options),
  error: (status, headers) =>
    upstreamError(status, {
      code: null,
      requestId: requestIdOf(headers["x-request-id"]),
      retryAfter: headers["retry-after"],
    }),
};
