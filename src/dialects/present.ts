import type { JsonObject, JsonValue } from "../domain/json.js";

/** Members that are not null. */
export function present(members: Readonly<Record<string, JsonValue>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
