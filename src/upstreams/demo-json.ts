import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";

const MAX_DEPTH = 8;
const MAX_PROPERTIES = 50;

/** A value that fits a JSON Schema as far as the demo model understands it: types, enums, properties, items. */
export function demoValue(schema: JsonObject | null, name = "value", depth = 0): JsonValue {
  if (schema === null || depth > MAX_DEPTH) return name;
  if (schema["const"] !== undefined) return schema["const"];
  const choices = schema["enum"];
  if (Array.isArray(choices) && choices[0] !== undefined) return choices[0];
  switch (typeOf(schema)) {
    case "object":
      return demoObject(schema, depth);
    case "array": {
      const items = schema["items"];
      return isJsonObject(items) ? [demoValue(items, name, depth + 1)] : [];
    }
    case "integer":
    case "number":
      return numberOf(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return sampleText(name, schema["format"]);
  }
}

function demoObject(schema: JsonObject, depth: number): JsonObject {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) return {};
  const filled: [string, JsonValue][] = [];
  for (const key of Object.keys(properties).slice(0, MAX_PROPERTIES)) {
    const property = properties[key];
    filled.push([key, demoValue(isJsonObject(property) ? property : null, key, depth + 1)]);
  }
  // Entries and not assignments, so that a property named `__proto__` is one like every other.
  return Object.fromEntries(filled);
}

function typeOf(schema: JsonObject): JsonValue {
  const type = schema["type"];
  if (Array.isArray(type)) return type[0] ?? "string";
  if (type !== undefined) return type;
  return isJsonObject(schema["properties"]) ? "object" : "string";
}

function numberOf(schema: JsonObject): number {
  const least = schema["minimum"];
  return typeof least === "number" && least > 1 ? Math.ceil(least) : 1;
}

/** Text by the property's name; an address among it, so that masked arguments can be seen. */
function sampleText(name: string, format: JsonValue | undefined): string {
  const lower = name.toLowerCase();
  if (format === "email" || lower.includes("mail")) return "customer@example.com";
  if (format === "date" || lower === "date") return "2026-03-31";
  if (format === "date-time") return "2026-03-31T09:00:00Z";
  if (format === "uri" || lower.includes("url")) return "https://example.com/";
  if (lower.includes("city") || lower.includes("location")) return "Lisbon";
  return `a ${name}`;
}
