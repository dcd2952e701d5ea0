import type { JsonValue } from "../domain/json.js";
import { broken } from "./broken.js";

/** Refuses a value that nests deeper than `limit`, before anything recurses into it. @throws SluiceError `upstream_broken`. */
export function checkDepth(value: JsonValue, limit: number): void {
  if (limit < 0) throw broken("one of its events nests too deep");
  if (typeof value !== "object" || value === null) return;
  for (const member of Object.values(value)) checkDepth(member, limit - 1);
}
