import type { ClientDialect } from "../dialect.js";
import { bodyWithTexts } from "../request-texts.js";
import { failMessagesStream, messagesError } from "./errors.js";
import { parseMessagesRequest } from "./parse-request.js";
import { MessagesPlainEncoder } from "./plain-encoder.js";
import { MessagesStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of Anthropic messages. */
export const messagesClient: ClientDialect = {
  name: "anthropic-messages",
  parse: parseMessagesRequest,
  withTexts(request, texts) {
    const body = bodyWithTexts(request.native, request.segments, texts);
    const again = parseMessagesRequest(body, {
      headers: request.headers,
      passFields: Object.keys(body),
      operation: request.operation,
    });
    return { ...again, labels: request.labels };
  },
  streamEncoder: () => new MessagesStreamEncoder(),
  plainEncoder: () => new MessagesPlainEncoder(),
  error: messagesError,
  failStream: failMessagesStream,
  terminator: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
};
