import type { JsonObject, JsonPath } from "../../domain/json.js";
import { foreignEntry, foreignKey, foreignPart } from "../foreign.js";
import { objectAt, objectsAt, stringAt } from "../json-place.js";
import { MESSAGES_REQUEST } from "./request-fields.js";

/** Members that change the answer and have no place elsewhere. */
const OWN = ["container", "inference_geo", "mcp_servers", "top_k"];

const BLOCKS = ["text", "thinking", "redacted_thinking", "tool_use", "search_result"];

/** The first place of a request of Anthropic's that only its own API knows; null: none. */
export function foreignInMessages(body: JsonObject): JsonPath | null {
  const config = objectAt(body, "output_config");
  return (
    foreignKey(body, MESSAGES_REQUEST, OWN) ??
    (config !== null && objectAt(config, "task_budget") !== null ? ["output_config", "task_budget"] : null) ??
    foreignEntry(body, "tools", (tool) => objectAt(tool, "input_schema") === null) ??
    foreignPart(body, "messages", isForeign)
  );
}

function isForeign(block: JsonObject): boolean {
  const type = stringAt(block, "type") ?? "";
  const source = objectAt(block, "source") ?? {};
  switch (type) {
    case "image":
      return stringAt(source, "type") !== "base64";
    case "document":
      return !["text", "content"].includes(stringAt(source, "type") ?? "");
    case "tool_result":
      return objectsAt(block, "content").some(([, inner]) => isForeign(inner));
    default:
      return !BLOCKS.includes(type);
  }
}
