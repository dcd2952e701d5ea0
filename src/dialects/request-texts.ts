import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../domain/json.js";
import { PAUSE, type Steps } from "../domain/pace.js";
import type { PromptSegment } from "../domain/prompt.js";
import { valueAt } from "./json-place.js";
import { invalid } from "./request-shape.js";

/** Another text for a string of a body. */
export interface Replacement {
  readonly path: JsonPath;
  readonly text: string;
}

/** What stands at one step of a path: a text, or more steps. */
type Planned = Map<string | number, Planned | string>;

/**
 * A request's body with other text in some of its segments, and in the strings that `more` names. What is
 * not touched is shared with the original.
 * @throws SluiceError `invalid_request` where the segment is the names of properties: they cannot be replaced
 * without changing what the caller's tools are called with.
 */
export function* bodyWithTexts(
  body: JsonObject,
  segments: readonly PromptSegment[],
  {
    texts,
    more = [],
  }: { readonly texts: ReadonlyMap<number, string>; readonly more?: readonly Replacement[] },
): Steps<JsonObject> {
  const plan: Planned = new Map();
  for (const [index, text] of texts) {
    const segment = segments[index];
    if (segment === undefined) throw new RangeError(`The request has no segment ${index}.`);
    yield PAUSE;
    if (segment.text === text) continue;
    if (typeof valueAt(body, segment.path) !== "string") {
      throw invalid(segment.path, "has property names that a policy would redact; rename them");
    }
    plant(plan, segment.path, text);
  }
  for (const { path, text } of more) plant(plan, path, text);
  return yield* replacedObject(body, plan);
}

function plant(plan: Planned, path: JsonPath, text: string): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) {
    plan.set(step, text);
    return;
  }
  const found = plan.get(step);
  const inner: Planned = found instanceof Map ? found : new Map();
  plan.set(step, inner);
  plant(inner, rest, text);
}

function* replaced(value: JsonValue, plan: Planned | string): Steps<JsonValue> {
  if (typeof plan === "string") return plan;
  if (isJsonObject(value)) return yield* replacedObject(value, plan);
  if (!Array.isArray(value)) return value;
  const list: JsonValue[] = [...value];
  for (const [at, inner] of plan) {
    if (typeof at !== "number" || at >= list.length) continue;
    list[at] = yield* replaced(list[at] ?? null, inner);
    yield PAUSE;
  }
  return list;
}

/** Entries and not assignments, so that members keep their order and no name means anything else. */
function* replacedObject(object: JsonObject, plan: Planned): Steps<JsonObject> {
  if (plan.size === 0) return object;
  const entries: [string, JsonValue][] = [];
  for (const [key, member] of Object.entries(object)) {
    const inner = plan.get(key);
    entries.push([key, inner === undefined ? member : yield* replaced(member, inner)]);
  }
  return Object.fromEntries(entries);
}
