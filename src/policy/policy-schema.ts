import { jsonSchema } from "../documents/index.js";
import type { JsonObject } from "../domain/json.js";
import { documentShape } from "./language/policy-document.js";

/** The JSON Schema of a policy file, from the definition that reads it. `docs/policy.schema.json` holds it. */
export function policySchema(): JsonObject {
  return jsonSchema(documentShape, {
    id: "https://sluice.dev/schemas/policy.schema.json",
    title: "Sluice policies",
  });
}
