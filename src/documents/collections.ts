import type { JsonObject } from "../domain/json.js";
import type { DocumentNode } from "./document-node.js";
import { quote, suggest } from "./near-name.js";
import { type Definitions, INVALID, type Read, refuse, type Shape } from "./shape.js";

export interface ListOptions {
  /** Default 1: an empty list says nothing and is refused. */
  readonly min?: number;
  /** Default 1,000. */
  readonly max?: number;
}

/** A list whose elements have one shape. */
export function list<T>(shape: Shape<T>, options: ListOptions = {}): Shape<readonly T[]> {
  const { min = 1, max = 1000 } = options;
  const expects = `a list (each: ${shape.expects})`;
  return {
    expects,
    read: (node) => {
      if (node.kind !== "list") return refuse(node, expects);
      const items = node.items();
      if (items.length < min || items.length > max)
        return refuse(node, `${min} to ${max} elements, not ${items.length}`);
      const values: T[] = [];
      for (const item of items) {
        const value = shape.read(item);
        if (value !== INVALID) values.push(value);
      }
      return values.length === items.length ? values : INVALID;
    },
    schema: (definitions) => ({
      type: "array",
      items: shape.schema(definitions),
      minItems: min,
      maxItems: max,
    }),
  };
}

/** A map whose keys the author chooses. */
export function table<T>(key: Shape<string>, shape: Shape<T>, max = 1000): Shape<ReadonlyMap<string, T>> {
  const expects = `a map (each: ${shape.expects})`;
  return {
    expects,
    read: (node) => {
      if (node.kind !== "map") return refuse(node, expects);
      const entries = node.entries();
      if (entries.length > max) return refuse(node, `at most ${max} entries, not ${entries.length}`);
      const values = new Map<string, T>();
      for (const entry of entries) {
        const name = key.read(entry.keyNode);
        const value = shape.read(entry.value);
        if (name !== INVALID && value !== INVALID) values.set(name, value);
      }
      return values.size === entries.length ? values : INVALID;
    },
    schema: (definitions) => ({
      type: "object",
      propertyNames: key.schema(definitions),
      additionalProperties: shape.schema(definitions),
      maxProperties: max,
    }),
  };
}

/** One field of a record: its shape, and what holds where it is left out. */
export interface Field<T> {
  readonly shape: Shape<T>;
  /** For the schema: an editor shows it. */
  readonly about: string;
  readonly missing: { readonly allowed: false } | { readonly allowed: true; readonly value: T };
}

export function required<T>(shape: Shape<T>, about: string): Field<T> {
  return { shape, about, missing: { allowed: false } };
}

export function optional<T>(shape: Shape<T>, about: string): Field<T | undefined> {
  return { shape, about, missing: { allowed: true, value: undefined } };
}

export function withDefault<T>(shape: Shape<T>, value: T, about: string): Field<T> {
  return { shape, about, missing: { allowed: true, value } };
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type RecordOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** A map with known fields. Unknown keys are refused, with the near name. */
export function record<F extends Fields>(fields: F, expects = "a map"): Shape<RecordOf<F>> {
  const full = `${expects} (fields: ${Object.keys(fields).join(", ")})`;
  return {
    expects: full,
    read: (node) => {
      if (node.kind !== "map") return refuse(node, full);
      const values = readFields(node, fields, []);
      return values === INVALID ? INVALID : (values as RecordOf<F>);
    },
    schema: (definitions) => recordSchema(fields, definitions),
  };
}

/** Reads the known fields of a map; keys in `others` are somebody else's. */
export function readFields(
  node: DocumentNode,
  fields: Fields,
  others: readonly string[],
): Read<Record<string, unknown>> {
  const known = [...Object.keys(fields), ...others];
  const values: Record<string, unknown> = {};
  let valid = true;
  const entries = new Map(node.entries().map((entry) => [entry.key, entry]));
  for (const [key, entry] of entries) {
    if (known.includes(key)) continue;
    entry.keyNode.report(`the key ${quote(key)} is not known here; ${suggest(key, known)}`);
    valid = false;
  }
  for (const [name, field] of Object.entries(fields)) {
    const entry = entries.get(name);
    const value: Read<unknown> =
      entry === undefined ? missing(node, name, field) : field.shape.read(entry.value);
    if (value === INVALID) valid = false;
    else values[name] = value;
  }
  return valid ? values : INVALID;
}

function missing(node: DocumentNode, name: string, field: Field<unknown>): Read<unknown> {
  if (field.missing.allowed) return field.missing.value;
  node.report(`${quote(name)} is missing; it is ${field.shape.expects}`);
  return INVALID;
}

export function recordSchema(fields: Fields, definitions: Definitions): JsonObject {
  const properties: Record<string, JsonObject> = {};
  for (const [name, field] of Object.entries(fields)) {
    const missing = field.missing.allowed ? field.missing.value : undefined;
    const fallback = missing === undefined ? undefined : (field.shape.written?.(missing) ?? missing);
    properties[name] = {
      ...field.shape.schema(definitions),
      description: field.about,
      ...(isPlain(fallback) ? { default: fallback } : {}),
    };
  }
  const names = Object.entries(fields).filter(([, field]) => !field.missing.allowed);
  return {
    type: "object",
    properties,
    additionalProperties: false,
    ...(names.length === 0 ? {} : { required: names.map(([name]) => name) }),
  };
}

/** What a schema can show as a default: a word, a number, or a list of them. */
function isPlain(value: unknown): value is string | number | boolean | readonly string[] {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === "string");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
