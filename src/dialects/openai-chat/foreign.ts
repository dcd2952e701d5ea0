import { isJsonObject, type JsonObject, type JsonPath } from "../../domain/json.js";
import { foreignEntry, foreignKey, foreignPart, isOddChoice } from "../foreign.js";
import { listAt, objectAt, objectsAt, stringAt } from "../json-place.js";
import { isRemote } from "../openai/request-parts.js";
import { CHAT_REQUEST } from "./request-fields.js";

/** Members that change the answer and have no place elsewhere. */
const OWN = ["audio", "logit_bias", "verbosity", "web_search_options"];

/** The first place of a chat request that only chat completions knows; null: none. */
export function foreignInChat(body: JsonObject): JsonPath | null {
  const sounds = listAt(body, "modalities").some((kind) => kind !== "text");
  return (
    foreignKey(body, CHAT_REQUEST, OWN) ??
    (sounds ? ["modalities"] : null) ??
    (isOddChoice(body, ["function"]) ? ["tool_choice"] : null) ??
    foreignEntry(body, "tools", (tool) => objectAt(tool, "function") === null) ??
    foreignEntry(
      body,
      "messages",
      (message) => objectAt(message, "audio") !== null || callsCustom(message),
    ) ??
    foreignPart(body, "messages", isForeignPart)
  );
}

function callsCustom(message: JsonObject): boolean {
  return objectsAt(message, "tool_calls").some(([, call]) => isJsonObject(call["custom"]));
}

function isForeignPart(part: JsonObject): boolean {
  const image = objectAt(part, "image_url");
  if (image !== null) return isRemote(stringAt(image, "url"));
  return !["text", "refusal"].includes(stringAt(part, "type") ?? "text");
}
