import type { UpstreamDialect } from "../dialect.js";
import { openaiUpstreamError } from "../openai/errors.js";
import { ChatPlainDecoder } from "../openai-chat/plain-decoder.js";
import { ChatStreamDecoder } from "../openai-chat/stream-decoder.js";
import { buildCompletionsRequest } from "./build-request.js";
import { COMPLETIONS_GRAMMAR } from "./grammar.js";

/** The upstream's edge of OpenAI completions. */
export const completionsUpstream: UpstreamDialect = {
  name: "openai-completions",
  build: buildCompletionsRequest,
  streamDecoder: (options) => new ChatStreamDecoder(COMPLETIONS_GRAMMAR, options),
  plainDecoder: (options) => new ChatPlainDecoder(COMPLETIONS_GRAMMAR, options),
  error: openaiUpstreamError,
};
