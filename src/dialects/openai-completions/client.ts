import { type ClientDialect, requestSide } from "../dialect.js";
import { openaiError } from "../openai/errors.js";
import { bodyWithTexts } from "../request-texts.js";
import { parseCompletionsRequest } from "./parse-request.js";
import { CompletionsPlainEncoder } from "./plain-encoder.js";
import { CompletionsStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of OpenAI completions. */
export const completionsClient: ClientDialect = {
  name: "openai-completions",
  ...requestSide({
    parse: parseCompletionsRequest,
    *withTexts(request, texts) {
      const body = yield* bodyWithTexts(request.native, request.segments, { texts });
      const again = yield* parseCompletionsRequest(body, {
        headers: request.headers,
        passFields: Object.keys(body),
      });
      return { ...again, labels: request.labels, headers: request.headers };
    },
  }),
  streamEncoder: (options) => new CompletionsStreamEncoder(options),
  plainEncoder: () => new CompletionsPlainEncoder(),
  error: openaiError,
  terminator: "data: [DONE]\n\n",
};
