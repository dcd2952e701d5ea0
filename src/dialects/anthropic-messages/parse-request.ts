import type { JsonObject, JsonPath } from "../../domain/json.js";
import type { ParseOptions } from "../dialect.js";
import { booleanAt, listAt, stringAt, valueAt } from "../json-place.js";
import { withPassFields } from "../openai-chat/parse-request.js";
import type { CompletionRequest } from "../request.js";
import { invalid, object, readRequest, type SegmentPlace } from "../request-shape.js";
import { neutralOf } from "./neutral.js";
import { MESSAGES_REQUEST } from "./request-fields.js";

/** Headers that the provider reads, and what they may hold. */
const HEADERS = {
  "anthropic-version": /^[0-9A-Za-z.-]{1,32}$/,
  "anthropic-beta": /^[0-9A-Za-z., _-]{1,1024}$/,
};

/** Reads a request of `POST /v1/messages` or `POST /v1/messages/count_tokens`. */
export function parseMessagesRequest(body: JsonObject, options: ParseOptions): CompletionRequest {
  const operation = options.operation ?? "generate";
  const required = operation === "generate" ? ["model", "messages", "max_tokens"] : ["model", "messages"];
  const shape = object(withPassFields(MESSAGES_REQUEST, options.passFields), required);
  const read = readRequest(body, shape, (path) => placeOf(body, path));
  if (listAt(body, "messages").length === 0) throw invalid(["messages"], "must hold at least one message");
  return {
    dialect: "anthropic-messages",
    operation,
    model: stringAt(body, "model") ?? "",
    stream: operation === "generate" && (booleanAt(body, "stream") ?? false),
    native: body,
    neutral: neutralOf(body),
    segments: read.segments,
    features: read.features,
    labels: {},
    headers: headersOf(options.headers),
    previousResponseId: null,
  };
}

function headersOf(headers: ParseOptions["headers"]): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, allowed] of Object.entries(HEADERS)) {
    const value = headers[name];
    if (value === undefined) continue;
    if (!allowed.test(value)) throw invalid([name], "is a header with characters that it may not hold");
    kept[name] = value;
  }
  return kept;
}

function placeOf(body: JsonObject, path: JsonPath): SegmentPlace {
  const [first, at] = path;
  const messages = listAt(body, "messages").length;
  const index = typeof at === "number" ? at : 0;
  if (first === "system") return { role: "system", message: messages };
  if (first === "tools") return { role: "definition", message: messages + 1 + index };
  if (first !== "messages")
    return { role: "parameter", message: messages + 1 + listAt(body, "tools").length };
  const type = valueAt(body, [...path.slice(0, 4), "type"]);
  if (typeof type === "string" && type.endsWith("tool_result")) return { role: "tool", message: index };
  const role = valueAt(body, ["messages", index, "role"]);
  return { role: role === "assistant" ? "assistant" : role === "system" ? "system" : "user", message: index };
}
