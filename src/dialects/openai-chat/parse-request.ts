import { isJsonObject, type JsonObject, type JsonPath } from "../../domain/json.js";
import type { Steps } from "../../domain/pace.js";
import type { ParseOptions } from "../dialect.js";
import { booleanAt, listAt, objectAt, stringAt } from "../json-place.js";
import type { CompletionRequest } from "../request.js";
import { type Fields, FREE, invalid, object, readRequest, type SegmentPlace } from "../request-shape.js";
import { neutralOf } from "./neutral.js";
import { CHAT_REQUEST } from "./request-fields.js";

/** Reads a request of `POST /v1/chat/completions`. */
export function* parseChatRequest(body: JsonObject, options: ParseOptions): Steps<CompletionRequest> {
  const shape = object(withPassFields(CHAT_REQUEST, options.passFields), ["model", "messages"]);
  const read = yield* readRequest(body, shape, placesOf(body));
  const n = body["n"];
  if (typeof n === "number" && (n < 1 || n > 128)) throw invalid(["n"], "must be between 1 and 128");
  if (listAt(body, "messages").length === 0) throw invalid(["messages"], "must hold at least one message");
  return {
    dialect: "openai-chat",
    ...commonOf(body),
    neutral: yield* neutralOf(body),
    segments: read.segments,
    features: read.features,
  };
}

/** What a request of both of OpenAI's older dialects says about itself. */
export function commonOf(
  body: JsonObject,
): Omit<CompletionRequest, "dialect" | "neutral" | "segments" | "features"> {
  return {
    operation: "generate",
    model: stringAt(body, "model") ?? "",
    stream: booleanAt(body, "stream") ?? false,
    native: body,
    labels: {},
    headers: {},
    previousResponseId: null,
  };
}

/** The dialect's own keys and those that the connection passes. */
export function withPassFields(fields: Fields, passFields: readonly string[]): Fields {
  const passed = passFields.filter((key) => !Object.hasOwn(fields, key)).map((key) => [key, FREE] as const);
  return { ...fields, ...Object.fromEntries(passed) };
}

const ROLES: Readonly<Record<string, SegmentPlace["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};

/** Says of a path whose text stands there. */
function placesOf(body: JsonObject): (path: JsonPath) => SegmentPlace {
  const list = listAt(body, "messages");
  const messages = list.length;
  const definitions = listAt(body, "tools").length + listAt(body, "functions").length;
  const hasFormat = objectAt(body, "response_format") !== null;
  return ([first, at]) => {
    const index = typeof at === "number" ? at : 0;
    if (first === "messages") {
      const message = list[index];
      const role = isJsonObject(message) ? stringAt(message, "role") : null;
      return { role: ROLES[role ?? ""] ?? "user", message: index };
    }
    if (first === "tools" || first === "functions") return { role: "definition", message: messages + index };
    if (first === "response_format" && hasFormat)
      return { role: "definition", message: messages + definitions };
    return { role: "parameter", message: messages + definitions + 1 };
  };
}
