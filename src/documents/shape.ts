import type { JsonObject } from "../domain/json.js";
import type { DocumentNode } from "./document-node.js";
import type { Place } from "./problem.js";

/** What a shape returns for a value that it refused; it has then reported why. */
export const INVALID: unique symbol = Symbol("invalid");
export type Read<T> = T | typeof INVALID;

/** Named schemas that others refer to, collected while a schema is emitted. */
export type Definitions = Map<string, JsonObject>;

/**
 * One definition of what a value of a document may be: it reads and checks the value, and emits the
 * JSON Schema by which an editor checks the same. Both come from one place, so they cannot differ.
 */
export interface Shape<T> {
  /** What is expected, for messages: `a list of groups`. */
  readonly expects: string;
  read(node: DocumentNode): Read<T>;
  schema(definitions: Definitions): JsonObject;
  /** How a value is written where it is read from another form, for defaults in the schema. */
  written?(value: T): string;
}

export type ShapeOf<S> = S extends Shape<infer T> ? T : never;

/** Reports that `node` is not what `shape` expects. */
export function refuse(node: DocumentNode, expects: string): typeof INVALID {
  node.report(`expected ${expects}, found ${node.written}`);
  return INVALID;
}

/** A value with the place where it stands, for checks that need the whole document. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Place;
}

export function placed<T>(shape: Shape<T>): Shape<Placed<T>> {
  return {
    expects: shape.expects,
    read: (node) => {
      const value = shape.read(node);
      return value === INVALID ? INVALID : { value, at: node };
    },
    schema: (definitions) => shape.schema(definitions),
  };
}

/** The value may be `value` or, where it stands alone, one thing turned into another. */
export function mapped<A, B>(shape: Shape<A>, convert: (value: A) => B): Shape<B> {
  return {
    expects: shape.expects,
    read: (node) => {
      const value = shape.read(node);
      return value === INVALID ? INVALID : convert(value);
    },
    schema: (definitions) => shape.schema(definitions),
  };
}

/** Refuses values for which `problem` returns a message (what is wrong, what is allowed). */
export function checked<T>(shape: Shape<T>, problem: (value: T) => string | null): Shape<T> {
  return {
    expects: shape.expects,
    read: (node) => {
      const value = shape.read(node);
      if (value === INVALID) return INVALID;
      const message = problem(value);
      if (message === null) return value;
      node.report(message);
      return INVALID;
    },
    schema: (definitions) => shape.schema(definitions),
  };
}
