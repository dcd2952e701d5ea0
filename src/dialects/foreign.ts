import type { JsonObject, JsonPath } from "../domain/json.js";
import { objectAt, objectsAt, stringAt } from "./json-place.js";
import type { Fields } from "./request-shape.js";

/** The first member of a body that says something and is either none of its dialect's own (a connection passes
 *  it) or one of those that no other dialect has. */
export function foreignKey(body: JsonObject, known: Fields, own: readonly string[]): JsonPath | null {
  const found = Object.entries(body).find(
    ([key, value]) => value !== null && (!Object.hasOwn(known, key) || own.includes(key)),
  );
  return found === undefined ? null : [found[0]];
}

/** The first object of a list for which `isForeign` holds. */
export function foreignEntry(
  body: JsonObject,
  key: string,
  isForeign: (entry: JsonObject) => boolean,
): JsonPath | null {
  const found = objectsAt(body, key).find(([, entry]) => isForeign(entry));
  return found === undefined ? null : [key, found[0]];
}

/** The first part of the contents of a list's entries for which `isForeign` holds. */
export function foreignPart(
  body: JsonObject,
  list: string,
  isForeign: (part: JsonObject) => boolean,
): JsonPath | null {
  for (const [index, entry] of objectsAt(body, list)) {
    const part = foreignEntry(entry, "content", isForeign);
    if (part !== null) return [list, index, ...part];
  }
  return null;
}

/** Whether a choice of tool is an object of another type than the one that names a function. */
export function isOddChoice(body: JsonObject, named: readonly string[]): boolean {
  const choice = objectAt(body, "tool_choice");
  return choice !== null && !named.includes(stringAt(choice, "type") ?? "function");
}
