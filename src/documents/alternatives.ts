import type { JsonObject } from "../domain/json.js";
import { type Fields, type RecordOf, readFields, recordSchema } from "./collections.js";
import type { DocumentNode, NodeKind } from "./document-node.js";
import { type Definitions, INVALID, type Read, refuse, type Shape, type ShapeOf } from "./shape.js";

type Kinds = Readonly<Record<string, Shape<unknown>>>;

/** What `oneOfKeys` reads: the common fields, the key that stood there, and its value. */
export type OneOfKeys<C extends Fields, K extends Kinds> = {
  readonly [P in keyof K & string]: RecordOf<C> & { readonly kind: P; readonly spec: ShapeOf<K[P]> };
}[keyof K & string];

/**
 * A map that holds exactly one of several keys, beside common fields: a prompt rule is `id` and one
 * of `deny`, `limit`, `review`, ...
 */
export function oneOfKeys<C extends Fields, K extends Kinds>(
  common: C,
  kinds: K,
  expects: string,
): Shape<OneOfKeys<C, K>> {
  const names = Object.keys(kinds);
  const full = `${expects} with one of ${names.join(", ")}`;
  return {
    expects: full,
    read: (node) => {
      if (node.kind !== "map") return refuse(node, full);
      const fields = readFields(node, common, names);
      const kind = pick(node, kinds, full);
      return fields === INVALID || kind === INVALID ? INVALID : ({ ...fields, ...kind } as OneOfKeys<C, K>);
    },
    schema: (definitions) => oneOfKeysSchema(common, kinds, definitions),
  };
}

function pick(node: DocumentNode, kinds: Kinds, full: string): Read<{ kind: string; spec: unknown }> {
  const present = node.entries().filter((entry) => Object.hasOwn(kinds, entry.key));
  const [only, second] = present;
  if (only === undefined) {
    node.report(`expected ${full}, none is there`);
    return INVALID;
  }
  if (second !== undefined) {
    second.keyNode.report(`${only.key} and ${second.key} stand together; write one of them (a rule each)`);
    return INVALID;
  }
  const spec: Read<unknown> = kinds[only.key]?.read(only.value) ?? INVALID;
  return spec === INVALID ? INVALID : { kind: only.key, spec };
}

function oneOfKeysSchema(common: Fields, kinds: Kinds, definitions: Definitions): JsonObject {
  const base = recordSchema(common, definitions);
  const properties: Record<string, JsonObject> = {
    ...(base["properties"] as JsonObject as Record<string, JsonObject>),
  };
  for (const [name, shape] of Object.entries(kinds)) properties[name] = shape.schema(definitions);
  const required = Object.keys(kinds).map((name) => ({ required: [name] }));
  return { ...base, properties, oneOf: required };
}

/** Different shapes for different kinds of node: text, or a map. */
export function byKind<T>(shapes: Partial<Readonly<Record<NodeKind, Shape<T>>>>): Shape<T> {
  const all = Object.values(shapes);
  const expects = all.map((shape) => shape.expects).join(", or ");
  return {
    expects,
    read: (node) => shapes[node.kind]?.read(node) ?? refuse(node, expects),
    schema: (definitions) => ({ anyOf: all.map((shape) => shape.schema(definitions)) }),
  };
}

/** One value, or a list of them: read as a list. */
export function oneOrMore<T>(single: Shape<T>, several: Shape<readonly T[]>): Shape<readonly T[]> {
  const expects = `${single.expects}, or ${several.expects}`;
  return {
    expects,
    read: (node) => {
      if (node.kind === "list") return several.read(node);
      const value = single.read(node);
      return value === INVALID ? INVALID : [value];
    },
    schema: (definitions) => ({ anyOf: [single.schema(definitions), several.schema(definitions)] }),
  };
}
