import type { JsonObject, JsonPath } from "../../domain/json.js";
import type { ParseOptions } from "../dialect.js";
import { booleanAt, listAt, objectAt, objectsAt, stringAt } from "../json-place.js";
import type { CompletionRequest } from "../request.js";
import { type Fields, FREE, invalid, object, readRequest, type SegmentPlace } from "../request-shape.js";
import { neutralOf } from "./neutral.js";
import { CHAT_REQUEST } from "./request-fields.js";

/** Reads a request of `POST /v1/chat/completions`. */
export function parseChatRequest(body: JsonObject, options: ParseOptions): CompletionRequest {
  const shape = object(withPassFields(CHAT_REQUEST, options.passFields), ["model", "messages"]);
  const read = readRequest(body, shape, (path) => placeOf(body, path));
  const n = body["n"];
  if (typeof n === "number" && (n < 1 || n > 128)) throw invalid(["n"], "must be between 1 and 128");
  if (listAt(body, "messages").length === 0) throw invalid(["messages"], "must hold at least one message");
  return {
    dialect: "openai-chat",
    ...commonOf(body),
    neutral: neutralOf(body),
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

function placeOf(body: JsonObject, path: JsonPath): SegmentPlace {
  const [first, at] = path;
  const messages = listAt(body, "messages").length;
  const index = typeof at === "number" ? at : 0;
  if (first === "messages") {
    const message = objectsAt(body, "messages").find(([number]) => number === index)?.[1];
    return { role: ROLES[stringAt(message ?? {}, "role") ?? ""] ?? "user", message: index };
  }
  if (first === "tools" || first === "functions") return { role: "definition", message: messages + index };
  const definitions = listAt(body, "tools").length + listAt(body, "functions").length;
  if (first === "response_format" && objectAt(body, "response_format") !== null) {
    return { role: "definition", message: messages + definitions };
  }
  return { role: "parameter", message: messages + definitions + 1 };
}
