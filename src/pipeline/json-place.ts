import type { JsonPath, JsonValue } from "../domain/json.js";

type Container = Record<string | number, JsonValue>;

/** The string at a place of a JSON value; null where there is none. */
export function textAt(root: JsonValue | null, path: JsonPath): string | null {
  let value: JsonValue | null | undefined = root;
  for (const step of path) value = child(value, step);
  return typeof value === "string" ? value : null;
}

/** Puts a value at a place that exists. The root must be the caller's own copy. */
export function setAt(root: JsonValue | null, path: JsonPath, value: string): void {
  const [holder, key] = holderOf(root, path);
  if (holder !== null && key !== undefined) holder[key] = value;
}

/** Removes an object's member, or an array's entry. The root must be the caller's own copy. */
export function removeAt(root: JsonValue | null, path: JsonPath): void {
  const [holder, key] = holderOf(root, path);
  if (holder === null || key === undefined) return;
  if (Array.isArray(holder)) {
    if (typeof key === "number") holder.splice(key, 1);
  } else delete holder[key];
}

function holderOf(
  root: JsonValue | null,
  path: JsonPath,
): readonly [Container | null, string | number | undefined] {
  const key = path.at(-1);
  let value: JsonValue | null | undefined = root;
  for (const step of path.slice(0, -1)) value = child(value, step);
  return [typeof value === "object" && value !== null ? (value as Container) : null, key];
}

function child(value: JsonValue | null | undefined, step: string | number): JsonValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, step) ? (value as Container)[step] : undefined;
}
