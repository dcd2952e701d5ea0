import { type ClientDialect, requestSide } from "../dialect.js";
import { openaiError } from "../openai/errors.js";
import { bodyWithTexts } from "../request-texts.js";
import { parseResponsesRequest } from "./parse-request.js";
import { ResponsesPlainEncoder } from "./plain-encoder.js";
import { ResponsesStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of the Responses API. */
export const responsesClient: ClientDialect = {
  name: "openai-responses",
  ...requestSide({
    parse: parseResponsesRequest,
    *withTexts(request, texts) {
      const body = yield* bodyWithTexts(request.native, request.segments, { texts });
      const again = yield* parseResponsesRequest(body, {
        headers: request.headers,
        passFields: Object.keys(body),
      });
      const { labels, headers, previousResponseId } = request;
      return { ...again, labels, headers, previousResponseId };
    },
  }),
  streamEncoder: (options) => new ResponsesStreamEncoder(options),
  plainEncoder: (options) => new ResponsesPlainEncoder(options),
  error: openaiError,
  terminator: null,
};
