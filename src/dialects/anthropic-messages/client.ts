import { isJsonObject, type JsonObject } from "../../domain/json.js";
import type { ClientDialect } from "../dialect.js";
import { valueAt, withValue } from "../json-place.js";
import type { CompletionRequest } from "../request.js";
import { bodyWithTexts } from "../request-texts.js";
import { messagesError } from "./errors.js";
import { parseMessagesRequest } from "./parse-request.js";
import { MessagesPlainEncoder } from "./plain-encoder.js";
import { MessagesStreamEncoder } from "./stream-encoder.js";

/** The caller's edge of Anthropic messages. */
export const messagesClient: ClientDialect = {
  name: "anthropic-messages",
  parse: parseMessagesRequest,
  withTexts(request, texts) {
    const body = unsignedWhereChanged(bodyWithTexts(request.native, request.segments, texts), request, texts);
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
  terminator: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
};

/** A signature stands for the very text that it came with; a changed text goes without. */
function unsignedWhereChanged(
  body: JsonObject,
  { segments }: CompletionRequest,
  texts: ReadonlyMap<number, string>,
): JsonObject {
  return [...texts.keys()].reduce<JsonObject>((changed, index) => {
    const path = segments[index]?.path ?? [];
    if (path.at(-1) !== "thinking" || segments[index]?.text === texts.get(index)) return changed;
    const place = [...path.slice(0, -1), "signature"];
    if (valueAt(changed, place) === undefined) return changed;
    const next = withValue(changed, place, "");
    return isJsonObject(next) ? next : changed;
  }, body);
}
