import { openaiClient } from "../openai/client.js";
import { parseCompletionsRequest } from "./parse-request.js";
import { CompletionsPlainEncoder } from "./plain-encoder.js";
import { CompletionsStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of OpenAI completions. */
export const completionsClient = openaiClient({
  name: "openai-completions",
  parse: parseCompletionsRequest,
  streamEncoder: (options) => new CompletionsStreamEncoder(options),
  plainEncoder: () => new CompletionsPlainEncoder(),
  terminator: "data: [DONE]\n\n",
});
