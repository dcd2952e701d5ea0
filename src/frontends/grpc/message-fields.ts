import type { JsonObject } from "../../domain/json.js";

/** Fields of a request as the loader gives them: of the right type or absent. */
export function textField(message: JsonObject, name: string): string {
  const value = message[name];
  return typeof value === "string" ? value : "";
}

export function numberField(message: JsonObject, name: string): number {
  const value = message[name];
  return typeof value === "number" ? value : 0;
}
