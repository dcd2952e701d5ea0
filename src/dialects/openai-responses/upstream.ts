import type { UpstreamDialect } from "../dialect.js";
import { openaiUpstreamError } from "../openai/errors.js";
import { buildResponsesRequest } from "./build-request.js";
import { ResponsesPlainDecoder } from "./plain-decoder.js";
import { ResponsesStreamDecoder } from "./stream-decoder.js";

/** The upstream's edge of the Responses API. */
export const responsesUpstream: UpstreamDialect = {
  name: "openai-responses",
  build: buildResponsesRequest,
  streamDecoder: (options) => new ResponsesStreamDecoder(options),
  plainDecoder: (options) => new ResponsesPlainDecoder(options),
  error: openaiUpstreamError,
};
