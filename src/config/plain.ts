import type { JsonObject, JsonValue } from "../domain/json.js";

/** What was read, as JSON: maps as objects, the places of values left out, what is not set as null. */
export function plain(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, each]) => [String(name), plain(each)]));
  }
  if (typeof value === "object" && "value" in value && "at" in value) return plain(value.value);
  return plainMap(value);
}

export function plainMap(value: object): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
