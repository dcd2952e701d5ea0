import { isJsonObject, type JsonPath, type JsonValue } from "../domain/json.js";

/** A copy of `root` without the object member or list entry at a place; `root` itself where there is none. */
export function withoutValue(root: JsonValue, path: JsonPath): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return root;
  if (Array.isArray(root)) {
    if (typeof step !== "number" || step >= root.length) return root;
    const list: readonly JsonValue[] = root;
    return list.flatMap((child, index) => {
      if (index !== step) return [child];
      return rest.length === 0 ? [] : [withoutValue(child, rest)];
    });
  }
  if (!isJsonObject(root)) return root;
  const child = Object.hasOwn(root, step) ? root[step] : undefined;
  if (child === undefined) return root;
  if (rest.length > 0) return { ...root, [step]: withoutValue(child, rest) };
  return Object.fromEntries(Object.entries(root).filter(([key]) => key !== step));
}
