import { type ClientDialect, requestSide } from "../dialect.js";
import { valueAt } from "../json-place.js";
import { anthropicRateHeaders } from "../rate-headers.js";
import type { CompletionRequest } from "../request.js";
import { bodyWithTexts, type Replacement } from "../request-texts.js";
import { messagesError } from "./errors.js";
import { parseMessagesRequest } from "./parse-request.js";
import { MessagesPlainEncoder } from "./plain-encoder.js";
import { MessagesStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of Anthropic messages. */
export const messagesClient: ClientDialect = {
  name: "anthropic-messages",
  ...requestSide({
    parse: parseMessagesRequest,
    *withTexts(request, texts) {
      const more = unsignedWhereChanged(request, texts);
      const body = yield* bodyWithTexts(request.native, request.segments, { texts, more });
      const again = yield* parseMessagesRequest(body, {
        headers: request.headers,
        passFields: Object.keys(body),
        operation: request.operation,
      });
      return { ...again, labels: request.labels };
    },
  }),
  streamEncoder: () => new MessagesStreamEncoder(),
  plainEncoder: ({ request }) => new MessagesPlainEncoder(request?.operation ?? null),
  error: messagesError,
  rateHeaders: anthropicRateHeaders,
  terminator: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
};

/** A signature stands for the very text that it came with; a changed text goes without. */
function unsignedWhereChanged(
  { segments, native }: CompletionRequest,
  texts: ReadonlyMap<number, string>,
): readonly Replacement[] {
  return [...texts].flatMap(([index, text]): readonly Replacement[] => {
    const segment = segments[index];
    if (segment?.path.at(-1) !== "thinking" || segment.text === text) return [];
    const path = [...segment.path.slice(0, -1), "signature"];
    return valueAt(native, path) === undefined ? [] : [{ path, text: "" }];
  });
}
