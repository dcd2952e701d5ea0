import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../../domain/json.js";
import type { CompletionRequest } from "../request.js";
import { parseSluice } from "./parse.js";

/** Replacements by place: what stands at one step of a path is a text or more steps. */
type Replacements = Map<string | number, Replacements | string>;

/** The request with other text in the given segments; it is read anew, so that all its forms agree. */
export function withSluiceTexts(
  request: CompletionRequest,
  texts: ReadonlyMap<number, string>,
): CompletionRequest {
  const replacements: Replacements = new Map();
  for (const [index, text] of texts) {
    const segment = request.segments[index];
    if (segment === undefined) throw new RangeError(`The request has no segment ${index}.`);
    plant(replacements, segment.path, text);
  }
  return parseSluice(replacedObject(request.native, replacements));
}

function plant(replacements: Replacements, path: JsonPath, text: string): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) {
    replacements.set(step, text);
    return;
  }
  const found = replacements.get(step);
  const inner: Replacements = found instanceof Map ? found : new Map();
  replacements.set(step, inner);
  plant(inner, rest, text);
}

/** One walk for all replacements; what none touches is shared with the original. */
function replaced(value: JsonValue, replacements: Replacements | string): JsonValue {
  if (typeof replacements === "string") return replacements;
  if (isJsonObject(value)) return replacedObject(value, replacements);
  if (!Array.isArray(value)) throw new TypeError("A segment's path leads nowhere.");
  return value.map((inner, index) => {
    const replacement = replacements.get(index);
    return replacement === undefined ? inner : replaced(inner, replacement);
  });
}

function replacedObject(object: JsonObject, replacements: Replacements): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, inner]) => {
      const replacement = replacements.get(key);
      return [key, replacement === undefined ? inner : replaced(inner, replacement)];
    }),
  );
}
