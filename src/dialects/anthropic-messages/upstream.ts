import type { UpstreamDialect } from "../dialect.js";
import { openaiUpstreamError } from "../openai/errors.js";
import { buildMessagesRequest } from "./build-request.js";
import { MessagesPlainDecoder } from "./plain-decoder.js";
import { MessagesStreamDecoder } from "./stream-decoder.js";

/** The upstream's edge of Anthropic messages. */
export const messagesUpstream: UpstreamDialect = {
  name: "anthropic-messages",
  build: buildMessagesRequest,
  streamDecoder: (options) => new MessagesStreamDecoder(options),
  plainDecoder: (options) => new MessagesPlainDecoder(options),
  // Both providers put `error.type` and a request id header into their answers.
  error: openaiUpstreamError,
};
