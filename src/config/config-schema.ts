import { jsonSchema } from "../documents/index.js";
import type { JsonObject } from "../domain/json.js";
import { configShape } from "./shapes.js";

/** The JSON Schema of a configuration file, from the definition that reads it. `docs/sluice.schema.json` holds it. */
export function configSchema(): JsonObject {
  return jsonSchema(configShape, {
    id: "https://sluice.dev/schemas/sluice.schema.json",
    title: "Sluice configuration",
  });
}
