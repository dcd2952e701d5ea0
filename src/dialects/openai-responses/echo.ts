import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../../domain/json.js";
import { SHORT_TOKEN } from "../field-rules.js";
import { checkDepth } from "../json-depth.js";
import { valueAt, withValue } from "../json-place.js";
import { ECHOES } from "./fields.js";

/** A place in a response that repeats a place of the request. */
export type Echo = readonly [at: JsonPath, from: JsonPath];

/** Member of a recorded event that lists its echoes; never sent. */
const MEMBER = "sluice_echoes";
const MAX_DEPTH = 64;

/**
 * Takes out of a response what repeats the request: the log must not hold the prompt again, and the live
 * client shall see its own words where a policy redacted them. What the provider added or changed stays.
 * @param request The body as it was forwarded; null where it was of another dialect: then all echoes go.
 */
export function takeEchoes(
  response: JsonObject,
  request: JsonObject | null,
): { readonly value: JsonObject; readonly echoes: readonly Echo[] } {
  const echoes: Echo[] = [];
  const value: { [key: string]: JsonValue } = { ...response };
  const texts = request === null ? new Map<string, JsonPath>() : textsOf(request);
  for (const key of ECHOES) {
    const said = response[key];
    if (typeof said !== "object" && typeof said !== "string") continue;
    if (said === null) continue;
    checkDepth(said, MAX_DEPTH);
    if (request === null) {
      delete value[key];
    } else if (same(said, request[key])) {
      echoes.push([[key], [key]]);
      value[key] = null;
    } else {
      value[key] = withoutTexts(said, [key], { texts, echoes });
    }
  }
  return { value, echoes };
}

/** The event with a note of its echoes, for the log. */
export function noteEchoes(event: JsonObject, echoes: readonly Echo[], base: JsonPath): JsonObject {
  if (echoes.length === 0) return event;
  return { ...event, [MEMBER]: echoes.map(([at, from]) => [[...base, ...at], from]) };
}

/** The event as the client sees it: echoes come from its own request, or from the recorded, masked one. */
export function restoreEchoes(event: JsonObject, request: JsonObject | null): JsonObject {
  const { [MEMBER]: noted, ...rest } = event;
  if (!Array.isArray(noted)) return event;
  let restored: JsonObject = rest;
  for (const echo of noted) {
    const [at, from] = Array.isArray(echo) ? echo : [];
    if (!isPath(at) || !isPath(from)) continue;
    const own = request === null ? undefined : valueAt(request, from);
    const next = own === undefined ? restored : withValue(restored, at, own);
    if (isJsonObject(next)) restored = next;
  }
  return restored;
}

function isPath(value: unknown): value is JsonPath {
  return Array.isArray(value) && value.every((step) => typeof step === "string" || typeof step === "number");
}

function withoutTexts(
  value: JsonValue,
  path: JsonPath,
  found: { readonly texts: ReadonlyMap<string, JsonPath>; readonly echoes: Echo[] },
): JsonValue {
  if (typeof value === "string") {
    const from = found.texts.get(value);
    if (from === undefined) return value;
    found.echoes.push([path, from]);
    return "";
  }
  if (Array.isArray(value)) {
    return value.map((entry: JsonValue, index) => withoutTexts(entry, [...path, index], found));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutTexts(member, [...path, key], found)]),
  );
}

/** Texts of the members that are repeated, by what they say. Words say nothing about anybody. */
function textsOf(request: JsonObject): ReadonlyMap<string, JsonPath> {
  const texts = new Map<string, JsonPath>();
  const gather = (value: JsonValue | undefined, path: JsonPath): void => {
    if (typeof value === "string") {
      if (value !== "" && !SHORT_TOKEN.test(value) && !texts.has(value)) texts.set(value, path);
    } else if (Array.isArray(value)) {
      value.forEach((entry: JsonValue, index) => {
        gather(entry, [...path, index]);
      });
    } else if (isJsonObject(value)) {
      for (const [key, member] of Object.entries(value)) gather(member, [...path, key]);
    }
  };
  for (const key of ECHOES) gather(request[key], [key]);
  return texts;
}

function same(a: JsonValue, b: JsonValue | undefined): boolean {
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((entry: JsonValue, index) => same(entry, b[index]))
    );
  }
  if (!isJsonObject(a)) return a === b;
  if (!isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key] ?? null, b[key] ?? null))
  );
}
