import { SluiceError } from "../../domain/errors.js";
import type { JsonObject, JsonPath } from "../../domain/json.js";
import type { Steps } from "../../domain/pace.js";
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
export function* parseMessagesRequest(body: JsonObject, options: ParseOptions): Steps<CompletionRequest> {
  const operation = options.operation ?? "generate";
  if (body["thread"] !== undefined) throw threadless();
  const required = operation === "generate" ? ["model", "messages", "max_tokens"] : ["model", "messages"];
  const shape = object(withPassFields(MESSAGES_REQUEST, options.passFields), required);
  const read = yield* readRequest(body, shape, placesOf(body));
  if (listAt(body, "messages").length === 0) throw invalid(["messages"], "must hold at least one message");
  return {
    dialect: "anthropic-messages",
    operation,
    model: stringAt(body, "model") ?? "",
    stream: operation === "generate" && (booleanAt(body, "stream") ?? false),
    native: body,
    neutral: yield* neutralOf(body),
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

/** Says of a path whose text stands there. */
function placesOf(body: JsonObject): (path: JsonPath) => SegmentPlace {
  const messages = listAt(body, "messages").length;
  const tools = listAt(body, "tools").length;
  return (path) => {
    const [first, at] = path;
    const index = typeof at === "number" ? at : 0;
    if (first === "system") return { role: "system", message: messages };
    if (first === "tools") return { role: "definition", message: messages + 1 + index };
    if (first !== "messages") return { role: "parameter", message: messages + 1 + tools };
    const type = valueAt(body, [...path.slice(0, 4), "type"]);
    if (typeof type === "string" && type.endsWith("tool_result")) return { role: "tool", message: index };
    const role = valueAt(body, ["messages", index, "role"]);
    const known = role === "assistant" || role === "system" ? role : "user";
    return { role: known, message: index };
  };
}

/** A thread is a conversation that the provider keeps. The SDK's tool runner opens one by itself, and on this
 *  code sends its whole conversation instead. */
function threadless(): SluiceError {
  const message = "Threads are kept by the provider; send the whole conversation without thread.";
  return new SluiceError("invalid_request", message, {
    field: "thread",
    dialectCode: "thread_unsupported_request",
  });
}
