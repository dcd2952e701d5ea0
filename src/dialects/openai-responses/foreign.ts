import type { JsonObject, JsonPath } from "../../domain/json.js";
import { foreignEntry, foreignKey, foreignPart, isOddChoice } from "../foreign.js";
import { objectAt, objectsAt, stringAt } from "../json-place.js";
import { isRemote } from "../openai/request-parts.js";
import { RESPONSES_REQUEST } from "./request-fields.js";

/** Members that change the answer and have no place elsewhere. */
const OWN = ["conversation", "max_tool_calls", "prompt"];

const ITEMS = ["message", "function_call", "function_call_output", "reasoning"];
const TEXTS = ["input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text"];

/** The first place of a Responses request that only the Responses API knows; null: none. */
export function foreignInResponses(body: JsonObject): JsonPath | null {
  const text = objectAt(body, "text");
  return (
    foreignKey(body, RESPONSES_REQUEST, OWN) ??
    (body["truncation"] === "auto" ? ["truncation"] : null) ??
    (text !== null && stringAt(text, "verbosity") !== null ? ["text", "verbosity"] : null) ??
    (isOddChoice(body, ["function"]) ? ["tool_choice"] : null) ??
    foreignEntry(body, "tools", isForeignTool) ??
    foreignEntry(body, "input", (item) => !ITEMS.includes(stringAt(item, "type") ?? "message")) ??
    foreignPart(body, "input", isForeignPart) ??
    foreignOutput(body)
  );
}

function isForeignTool(tool: JsonObject): boolean {
  const type = stringAt(tool, "type");
  if (type === "namespace") return objectsAt(tool, "tools").some(([, inner]) => isForeignTool(inner));
  return type !== "function";
}

function isForeignPart(part: JsonObject): boolean {
  const type = stringAt(part, "type") ?? "text";
  if (type !== "input_image") return !TEXTS.includes(type);
  return stringAt(part, "file_id") !== null || isRemote(stringAt(part, "image_url"));
}

function foreignOutput(body: JsonObject): JsonPath | null {
  for (const [index, item] of objectsAt(body, "input")) {
    const part = foreignEntry(item, "output", isForeignPart);
    if (part !== null) return ["input", index, ...part];
  }
  return null;
}
