import type { JsonObject } from "../domain/json.js";
import type { Shape } from "./shape.js";

/** The JSON Schema (draft 2020-12) of what a shape reads, for editors. */
export function jsonSchema(
  shape: Shape<unknown>,
  about: { readonly id: string; readonly title: string },
): JsonObject {
  const definitions = new Map<string, JsonObject>();
  const root = shape.schema(definitions);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: about.id,
    title: about.title,
    ...root,
    ...(definitions.size === 0 ? {} : { $defs: Object.fromEntries(definitions) }),
  };
}
