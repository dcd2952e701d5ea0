import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";
import type { TextRestorer } from "../pipeline/call.js";

/** Members that hold what the model says, in the answers of every dialect. All others stay as they are. */
const SPOKEN: ReadonlySet<string> = new Set([
  ...["content", "text", "refusal", "thinking", "reasoning", "reasoning_content", "output_text"],
]);
/** Members that hold what the model gives to tools: objects, or JSON as text. */
const GIVEN: ReadonlySet<string> = new Set(["arguments", "input"]);

/** A provider's event, as JSON, with values put back where the model speaks of pseudonyms. */
export function restoredCopies(json: string, restorer: TextRestorer): string {
  const value: JsonValue = JSON.parse(json);
  return JSON.stringify(within(value, { restorer, isSpoken: false }));
}

interface Walk {
  readonly restorer: TextRestorer;
  /** Whether a text here is the model's own. */
  readonly isSpoken: boolean;
}

function within(value: JsonValue, walk: Walk): JsonValue {
  if (typeof value === "string")
    return walk.isSpoken && value.includes("<") ? walk.restorer.whole(value) : value;
  if (Array.isArray(value)) return value.map((each: JsonValue) => within(each, walk));
  return isJsonObject(value) ? inObject(value, walk.restorer) : value;
}

function inObject(object: JsonObject, restorer: TextRestorer): JsonObject {
  const members = Object.entries(object).map(([key, value]): [string, JsonValue] => {
    if (GIVEN.has(key)) return [key, restorer.inTools ? everywhere(value, restorer) : value];
    return [key, within(value, { restorer, isSpoken: SPOKEN.has(key) })];
  });
  return Object.fromEntries(members);
}

function everywhere(value: JsonValue, restorer: TextRestorer): JsonValue {
  if (typeof value === "string") return restorer.whole(value);
  if (Array.isArray(value)) return value.map((each: JsonValue) => everywhere(each, restorer));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, everywhere(each, restorer)]));
}
