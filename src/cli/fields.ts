import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";

/** Fields of a message in its JSON form, where what holds the default of its type is left out. */
export function textOf(message: JsonObject, name: string): string {
  const value = message[name];
  return typeof value === "string" ? value : "";
}

export function numberOf(message: JsonObject, name: string): number {
  const value = message[name];
  return typeof value === "number" ? value : 0;
}

export function objectOf(message: JsonObject, name: string): JsonObject {
  const value = message[name];
  return isJsonObject(value) ? value : {};
}

export function objectsOf(message: JsonObject, name: string): readonly JsonObject[] {
  const value = message[name];
  return Array.isArray(value)
    ? value.filter((item: JsonValue): item is JsonObject => isJsonObject(item))
    : [];
}

export function textsOf(message: JsonObject, name: string): readonly string[] {
  const value = message[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

export function numbersOf(message: JsonObject, name: string): readonly number[] {
  const value = message[name];
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === "number") : [];
}

/** A request without what was not given. */
export function given(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept;
}
