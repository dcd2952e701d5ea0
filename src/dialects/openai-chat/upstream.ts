import type { UpstreamDialect } from "../dialect.js";
import { openaiUpstreamError } from "../openai/errors.js";
import { buildChatRequest } from "./build-request.js";
import { CHAT_GRAMMAR } from "./grammar.js";
import { ChatPlainDecoder } from "./plain-decoder.js";
import { ChatStreamDecoder } from "./stream-decoder.js";

/** The upstream's edge of OpenAI chat completions. */
export const chatUpstream: UpstreamDialect = {
  name: "openai-chat",
  build: buildChatRequest,
  streamDecoder: (options) => new ChatStreamDecoder(CHAT_GRAMMAR, options),
  plainDecoder: (options) => new ChatPlainDecoder(CHAT_GRAMMAR, options),
  error: openaiUpstreamError,
};
