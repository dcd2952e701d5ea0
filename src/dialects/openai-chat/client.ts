import { openaiClient } from "../openai/client.js";
import { parseChatRequest } from "./parse-request.js";
import { ChatPlainEncoder } from "./plain-encoder.js";
import { ChatStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of OpenAI chat completions. */
export const chatClient = openaiClient({
  name: "openai-chat",
  parse: parseChatRequest,
  streamEncoder: (options) => new ChatStreamEncoder(options),
  plainEncoder: () => new ChatPlainEncoder(),
  terminator: "data: [DONE]\n\n",
});
