import { openaiClient } from "../openai/client.js";
import { parseResponsesRequest } from "./parse-request.js";
import { ResponsesPlainEncoder } from "./plain-encoder.js";
import { ResponsesStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of the Responses API. */
export const responsesClient = openaiClient({
  name: "openai-responses",
  parse: parseResponsesRequest,
  streamEncoder: (options) => new ResponsesStreamEncoder(options),
  plainEncoder: (options) => new ResponsesPlainEncoder(options),
  terminator: null,
});
