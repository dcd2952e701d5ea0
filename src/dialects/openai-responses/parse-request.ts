import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../../domain/json.js";
import type { Steps } from "../../domain/pace.js";
import type { PromptRole } from "../../domain/prompt.js";
import type { ParseOptions } from "../dialect.js";
import { booleanAt, listAt, stringAt } from "../json-place.js";
import type { CompletionRequest } from "../request.js";
import { FREE, invalid, object, readRequest, type SegmentPlace } from "../request-shape.js";
import { neutralOf } from "./neutral.js";
import { RESPONSES_REQUEST } from "./request-fields.js";

/**
 * Reads a request of `POST /v1/responses`. One that goes on from an earlier response has its id in
 * `previousResponseId`; it has to be expanded (`expandRequest`) before it is judged.
 */
export function* parseResponsesRequest(body: JsonObject, options: ParseOptions): Steps<CompletionRequest> {
  const passed = options.passFields.filter((key) => !Object.hasOwn(RESPONSES_REQUEST, key));
  const fields = { ...RESPONSES_REQUEST, ...Object.fromEntries(passed.map((key) => [key, FREE] as const)) };
  const native = withTypes(body);
  const read = yield* readRequest(native, object(fields, ["model"]), placesOf(native));
  const hasInput = typeof native["input"] === "string" || Array.isArray(native["input"]);
  if (!hasInput && !isJsonObject(native["prompt"]) && native["previous_response_id"] == null) {
    throw invalid(["input"], "is missing; send a string or a list of items");
  }
  return {
    dialect: "openai-responses",
    operation: "generate",
    model: stringAt(native, "model") ?? "",
    stream: booleanAt(native, "stream") ?? false,
    native,
    neutral: yield* neutralOf(native),
    segments: read.segments,
    features: read.features,
    labels: {},
    headers: {},
    previousResponseId: stringAt(native, "previous_response_id") || null,
  };
}

/** An item may leave out its type: then it is a message, or, with nothing but an id, a reference. */
function withTypes(body: JsonObject): JsonObject {
  const { input } = body;
  if (!Array.isArray(input)) return body;
  const isUntyped = (item: JsonValue): item is JsonObject =>
    isJsonObject(item) &&
    item["type"] == null &&
    typeof item["id"] === "string" &&
    item["role"] === undefined;
  const typed = (item: JsonValue): JsonValue =>
    isUntyped(item) ? { ...item, type: "item_reference" } : item;
  return input.some(isUntyped) ? { ...body, input: input.map(typed) } : body;
}

const MESSAGE_ROLES: Readonly<Record<string, PromptRole>> = {
  system: "system",
  developer: "system",
  assistant: "assistant",
  tool: "tool",
};

/** Who said an item. */
export function roleOf(item: JsonObject): PromptRole {
  const type = stringAt(item, "type") ?? "message";
  if (type === "message") return MESSAGE_ROLES[stringAt(item, "role") ?? ""] ?? "user";
  if (type === "additional_tools") return "definition";
  if (type === "mcp_approval_response") return "user";
  return type.endsWith("_output") ? "tool" : "assistant";
}

/** Says of a path whose text stands there. */
function placesOf(body: JsonObject): (path: JsonPath) => SegmentPlace {
  const input = listAt(body, "input");
  const items = Math.max(1, input.length);
  const tools = listAt(body, "tools").length;
  return ([first, at]) => {
    const index = typeof at === "number" ? at : 0;
    if (first === "input") {
      const item = input[index];
      return { role: isJsonObject(item) ? roleOf(item) : "user", message: index };
    }
    if (first === "instructions") return { role: "system", message: items };
    if (first === "tools") return { role: "definition", message: items + 1 + index };
    if (first === "text") return { role: "definition", message: items + 1 + tools };
    return { role: "parameter", message: items + 2 + tools };
  };
}
