import { type ClientDialect, requestSide } from "../dialect.js";
import { openaiError } from "../openai/errors.js";
import { bodyWithTexts } from "../request-texts.js";
import { parseChatRequest } from "./parse-request.js";
import { ChatPlainEncoder } from "./plain-encoder.js";
import { ChatStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of OpenAI chat completions. */
export const chatClient: ClientDialect = {
  name: "openai-chat",
  ...requestSide({
    parse: parseChatRequest,
    *withTexts(request, texts) {
      const body = yield* bodyWithTexts(request.native, request.segments, { texts });
      const again = yield* parseChatRequest(body, {
        headers: request.headers,
        passFields: Object.keys(body),
      });
      return { ...again, labels: request.labels, headers: request.headers };
    },
  }),
  streamEncoder: (options) => new ChatStreamEncoder(options),
  plainEncoder: () => new ChatPlainEncoder(),
  error: openaiError,
  terminator: "data: [DONE]\n\n",
};
