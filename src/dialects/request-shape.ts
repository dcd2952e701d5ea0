import { quote, suggest } from "../documents/near-name.js";
import { SluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from "../domain/json.js";
import { PAUSE, type Steps } from "../domain/pace.js";
import type { PromptRole, PromptSegment, RequestFeature } from "../domain/prompt.js";
import { SHORT_TOKEN } from "./field-rules.js";

/**
 * What a request may hold. One table checks the request, refuses what it does not know, and finds every
 * string that the model will read: a string that is not a `word` is a prompt segment.
 */
export type Shape =
  /** Text that the model reads, or free text that the provider stores. */
  | { readonly kind: "text"; readonly syntax?: "json" }
  /** A word of the dialect, an id, a name of a model. */
  | { readonly kind: "word" }
  | { readonly kind: "number" | "integer" | "boolean" }
  /** Bytes in base64 and the like: no text, allowed only with a feature. */
  | { readonly kind: "blob" }
  /** Any JSON: all its strings and keys are text. */
  | { readonly kind: "free" }
  | { readonly kind: "list"; readonly of: Shape; readonly most?: number }
  | { readonly kind: "record"; readonly of: Shape }
  | { readonly kind: "object"; readonly fields: Fields; readonly required?: readonly string[] }
  /** Objects told apart by a word in one of their members. */
  | {
      readonly kind: "union";
      readonly by: string;
      readonly of: Fields;
      readonly otherwise?: string;
      readonly unknown?: Shape;
    }
  /** Told apart by their JSON type. */
  | { readonly kind: "either"; readonly text?: Shape; readonly list?: Shape; readonly object?: Shape }
  /** What a policy has to permit; `when` narrows it. */
  | {
      readonly kind: "feature";
      readonly feature: RequestFeature;
      readonly of: Shape;
      readonly when?: (value: JsonValue) => boolean;
    };

export type Fields = Readonly<Record<string, Shape>>;

export const TEXT: Shape = { kind: "text" };
export const JSON_TEXT: Shape = { kind: "text", syntax: "json" };
export const WORD: Shape = { kind: "word" };
export const NUMBER: Shape = { kind: "number" };
export const INTEGER: Shape = { kind: "integer" };
export const BOOLEAN: Shape = { kind: "boolean" };
export const BLOB: Shape = { kind: "blob" };
export const FREE: Shape = { kind: "free" };
export const list = (of: Shape, most?: number): Shape => ({
  kind: "list",
  of,
  ...(most === undefined ? {} : { most }),
});
export const record = (of: Shape): Shape => ({ kind: "record", of });
export const object = (fields: Fields, required: readonly string[] = []): Shape => ({
  kind: "object",
  fields,
  required,
});
export const union = (by: string, of: Fields, otherwise?: string, unknown?: Shape): Shape => ({
  kind: "union",
  by,
  of,
  ...(otherwise === undefined ? {} : { otherwise }),
  ...(unknown === undefined ? {} : { unknown }),
});
export const feature = (name: RequestFeature, of: Shape, when?: (value: JsonValue) => boolean): Shape => ({
  kind: "feature",
  feature: name,
  of,
  ...(when === undefined ? {} : { when }),
});

export interface SegmentPlace {
  readonly role: PromptRole;
  readonly message: number;
}

export interface ReadRequest {
  readonly segments: readonly PromptSegment[];
  readonly features: readonly RequestFeature[];
}

const MAX_WORD = 256;
const MAX_LIST = 10_000;
/** Values read between two pauses; about a quarter of a millisecond. */
const VALUES_A_STEP = 128;

interface Unread {
  readonly value: JsonValue;
  readonly shape: Shape;
  readonly path: JsonPath;
}

/**
 * Holds a request against its shape, in steps.
 * @param place Says of a path whose text stands there; asked for every text, so it must not search.
 * @throws SluiceError `invalid_request` naming the field; `too_large` for a list over its limit.
 */
export function* readRequest(
  value: JsonObject,
  shape: Shape,
  place: (path: JsonPath) => SegmentPlace,
): Steps<ReadRequest> {
  const reading = new Reading(place);
  reading.value(value, shape, []);
  while (reading.readOn(VALUES_A_STEP)) yield PAUSE;
  return { segments: reading.segments, features: [...reading.features] };
}

/** `messages[0].content`, as errors and policies name a field. */
export function fieldName(path: JsonPath): string {
  const name = path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
  return name.length > 120 ? `${name.slice(0, 117)}...` : name;
}

export function invalid(path: JsonPath, what: string): SluiceError {
  const field = fieldName(path);
  return new SluiceError("invalid_request", field === "" ? `The body ${what}.` : `${field} ${what}.`, {
    field,
  });
}

class Reading {
  readonly segments: PromptSegment[] = [];
  readonly features = new Set<RequestFeature>();
  readonly #place: (path: JsonPath) => SegmentPlace;
  /** What is still to be read, the next at the end. */
  readonly #unread: Unread[] = [];
  /** Members of the value at hand, in order. */
  readonly #members: Unread[] = [];

  constructor(place: (path: JsonPath) => SegmentPlace) {
    this.#place = place;
  }

  /** Reads so many values, each before its members, in the order in which they stand; false: all are read. */
  readOn(values: number): boolean {
    for (let read = 0; read < values; read++) {
      while (this.#members.length > 0) {
        const last = this.#members.pop();
        if (last !== undefined) this.#unread.push(last);
      }
      const next = this.#unread.pop();
      if (next === undefined) return false;
      this.value(next.value, next.shape, next.path);
    }
    return true;
  }

  #later(value: JsonValue, shape: Shape, path: JsonPath): void {
    this.#members.push({ value, shape, path });
  }

  value(value: JsonValue, shape: Shape, path: JsonPath): void {
    switch (shape.kind) {
      case "text":
        if (typeof value !== "string") throw invalid(path, "must be a string");
        this.#text(value, path, shape.syntax ?? "text");
        return;
      case "word":
        this.#word(value, path);
        return;
      case "blob":
        if (typeof value !== "string") throw invalid(path, "must be a string");
        return;
      case "number":
      case "boolean":
        if (typeof value !== shape.kind) throw invalid(path, `must be a ${shape.kind}`);
        return;
      case "integer":
        if (!Number.isInteger(value)) throw invalid(path, "must be an integer");
        return;
      case "free":
        this.#free(value, path);
        return;
      case "list":
        this.#list(value, shape, path);
        return;
      case "record":
        if (!isJsonObject(value)) throw invalid(path, "must be an object");
        this.#keys(value, path);
        for (const [key, member] of Object.entries(value)) this.#later(member, shape.of, [...path, key]);
        return;
      case "object":
        this.#object(value, shape, path);
        return;
      case "union":
        this.#union(value, shape, path);
        return;
      case "either":
        this.#either(value, shape, path);
        return;
      case "feature":
        if (shape.when === undefined || shape.when(value)) this.features.add(shape.feature);
        this.value(value, shape.of, path);
        return;
      default:
        shape satisfies never;
    }
  }

  #text(text: string, path: JsonPath, syntax: "text" | "json"): void {
    if (text !== "") this.segments.push({ ...this.#place(path), text, path, syntax });
  }

  /** A word that does not look like one is judged as text rather than refused. */
  #word(value: JsonValue, path: JsonPath): void {
    if (typeof value !== "string") throw invalid(path, "must be a string");
    if (value.length > MAX_WORD) throw invalid(path, `must not be longer than ${MAX_WORD} characters`);
    if (!SHORT_TOKEN.test(value)) this.#text(value, path, "text");
  }

  #free(value: JsonValue, path: JsonPath): void {
    if (typeof value === "string") this.#text(value, path, "text");
    else if (Array.isArray(value))
      value.forEach((entry: JsonValue, index) => {
        this.#later(entry, FREE, [...path, index]);
      });
    else if (isJsonObject(value)) {
      this.#keys(value, path);
      for (const [key, member] of Object.entries(value)) {
        if (!OPAQUE_KEYS.has(key)) this.#later(member, FREE, [...path, key]);
      }
    }
  }

  /** The model reads the names of properties as well; the segment's path leads to their object. */
  #keys(value: JsonObject, path: JsonPath): void {
    const keys = Object.keys(value).filter((key) => !ORDINARY_KEYS.has(key));
    if (keys.length > 0) this.#text(keys.join("\n"), path, "text");
  }

  #list(value: JsonValue, shape: Extract<Shape, { kind: "list" }>, path: JsonPath): void {
    if (!Array.isArray(value)) throw invalid(path, "must be a list");
    const most = shape.most ?? MAX_LIST;
    if (value.length > most) {
      throw new SluiceError("too_large", `${fieldName(path)} holds more than ${most} entries.`, {
        field: fieldName(path),
      });
    }
    value.forEach((entry: JsonValue, index) => {
      this.#later(entry, shape.of, [...path, index]);
    });
  }

  #object(value: JsonValue, shape: Extract<Shape, { kind: "object" }>, path: JsonPath): void {
    if (!isJsonObject(value)) throw invalid(path, "must be an object");
    for (const key of shape.required ?? []) {
      if (value[key] === undefined || value[key] === null) throw invalid([...path, key], "is missing");
    }
    for (const [key, member] of Object.entries(value)) {
      const known = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
      if (known === undefined) {
        const hint = suggest(key, Object.keys(shape.fields));
        throw invalid([...path, key], `is not a field that is known here; ${hint}`);
      }
      // Null says the same as nothing in every dialect.
      if (member !== null) this.#later(member, known, [...path, key]);
    }
  }

  #union(value: JsonValue, shape: Extract<Shape, { kind: "union" }>, path: JsonPath): void {
    if (!isJsonObject(value)) throw invalid(path, "must be an object");
    const tag = value[shape.by] ?? shape.otherwise;
    const known = typeof tag === "string" && Object.hasOwn(shape.of, tag) ? shape.of[tag] : shape.unknown;
    if (known === undefined) {
      const hint = suggest(typeof tag === "string" ? tag : "", Object.keys(shape.of));
      const said = typeof tag === "string" ? `${quote(tag)} is not known; ` : "";
      throw invalid([...path, shape.by], `must say what this is: ${said}${hint}`);
    }
    this.value(value, known, path);
  }

  #either(value: JsonValue, shape: Extract<Shape, { kind: "either" }>, path: JsonPath): void {
    const kind = typeof value === "string" ? shape.text : Array.isArray(value) ? shape.list : shape.object;
    const wanted = [shape.text && "a string", shape.list && "a list", shape.object && "an object"].filter(
      Boolean,
    );
    if (kind === undefined) throw invalid(path, `must be ${wanted.join(" or ")}`);
    this.value(value, kind, path);
  }
}

/** What only the provider can read, and takes back only unchanged. */
const OPAQUE_KEYS: ReadonlySet<string> = new Set([
  "signature",
  "encrypted_content",
  "encrypted_index",
  "encrypted_stdout",
]);

/** Keywords of JSON Schema. */
const ORDINARY_KEYS: ReadonlySet<string> = new Set(
  (
    "type properties required items description enum const default title format additionalProperties anyOf oneOf " +
    "allOf not minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength pattern minItems maxItems " +
    "uniqueItems multipleOf examples nullable $schema $ref $defs definitions prefixItems strict name schema"
  ).split(" "),
);
