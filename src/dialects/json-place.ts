import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../domain/json.js";

/** The value at a place, or undefined. */
export function valueAt(root: JsonValue, path: JsonPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (isJsonObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else if (Array.isArray(value) && typeof step === "number") value = value[step];
    else return undefined;
  }
  return value;
}

/** A copy of `root` with another value at a place; what is missing on the way is made. */
export function withValue(root: JsonValue | undefined, path: JsonPath, value: JsonValue): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list: JsonValue[] = Array.isArray(root) ? [...root] : [];
    while (list.length < step) list.push({});
    list[step] = withValue(list[step], rest, value);
    return list;
  }
  const object = isJsonObject(root) ? root : {};
  return {
    ...object,
    [step]: withValue(Object.hasOwn(object, step) ? object[step] : undefined, rest, value),
  };
}

/**
 * JSON text of `root` cut at the given places: the pieces before, between and after them, in the order in
 * which the places stand in the text. Every place must exist.
 */
export function textAround(root: JsonValue, holes: readonly JsonPath[]): readonly string[] {
  const pieces = [""];
  write(root, holes, 0, pieces);
  return pieces;
}

function write(value: JsonValue, holes: readonly JsonPath[], depth: number, pieces: string[]): void {
  if (holes.some((hole) => hole.length === depth)) {
    pieces.push("");
  } else if (holes.length === 0) {
    append(pieces, JSON.stringify(value));
  } else if (isJsonObject(value)) {
    Object.entries(value).forEach(([key, child], index) => {
      append(pieces, `${index === 0 ? "{" : ","}${JSON.stringify(key)}:`);
      write(child, inside(holes, depth, key), depth + 1, pieces);
    });
    append(pieces, Object.keys(value).length === 0 ? "{}" : "}");
  } else if (Array.isArray(value)) {
    append(pieces, "[");
    value.forEach((child: JsonValue, index) => {
      if (index > 0) append(pieces, ",");
      write(child, inside(holes, depth, index), depth + 1, pieces);
    });
    append(pieces, "]");
  } else {
    append(pieces, JSON.stringify(value));
  }
}

function inside(holes: readonly JsonPath[], depth: number, step: string | number): readonly JsonPath[] {
  return holes.filter((hole) => hole[depth] === step);
}

function append(pieces: string[], text: string): void {
  pieces[pieces.length - 1] += text;
}

/** Members by type; null where the member is missing or of another type. */
export function stringAt(value: JsonObject, key: string): string | null {
  const member = value[key];
  return typeof member === "string" ? member : null;
}

export function numberAt(value: JsonObject, key: string): number | null {
  const member = value[key];
  return typeof member === "number" ? member : null;
}

export function booleanAt(value: JsonObject, key: string): boolean | null {
  const member = value[key];
  return typeof member === "boolean" ? member : null;
}

export function objectAt(value: JsonObject, key: string): JsonObject | null {
  const member = value[key];
  return isJsonObject(member) ? member : null;
}

export function listAt(value: JsonObject, key: string): readonly JsonValue[] {
  const member = value[key];
  return Array.isArray(member) ? member : [];
}

/** The objects of a list member with their indexes. */
export function objectsAt(value: JsonObject, key: string): readonly (readonly [number, JsonObject])[] {
  const found: (readonly [number, JsonObject])[] = [];
  listAt(value, key).forEach((entry, index) => {
    if (isJsonObject(entry)) found.push([index, entry]);
  });
  return found;
}
