import type { JsonObject, JsonValue } from "../domain/json.js";

/**
 * Leaves out what protobuf's JSON mapping leaves out: fields that hold the default of their type, and
 * what is not set.
 */
export function compact(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === "" || value === 0 || value === false) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    kept[name] = value;
  }
  return kept;
}
