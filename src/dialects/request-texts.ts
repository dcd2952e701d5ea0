import { isJsonObject, type JsonObject } from "../domain/json.js";
import type { PromptSegment } from "../domain/prompt.js";
import { valueAt, withValue } from "./json-place.js";
import { invalid } from "./request-shape.js";

/**
 * A request's body with other text in some of its segments.
 * @throws SluiceError `invalid_request` where the segment is the names of properties: they cannot be replaced
 * without changing what the caller's tools are called with.
 */
export function bodyWithTexts(
  body: JsonObject,
  segments: readonly PromptSegment[],
  texts: ReadonlyMap<number, string>,
): JsonObject {
  let changed = body;
  for (const [index, text] of texts) {
    const segment = segments[index];
    if (segment === undefined || segment.text === text) continue;
    if (typeof valueAt(body, segment.path) !== "string") {
      throw invalid(segment.path, "has property names that a policy would redact; rename them");
    }
    const next = withValue(changed, segment.path, text);
    if (isJsonObject(next)) changed = next;
  }
  return changed;
}
