import assert from "node:assert/strict";
import type { JsonObject } from "../../src/domain/json.js";
import { referenceTables } from "./reference.js";

const BEGIN = "<!-- every key: begin -->";
const END = "<!-- every key: end -->";

/** The page with its tables made anew; what stands around them stays. */
export function withTables(page: string, schema: JsonObject): string {
  const [before, rest] = page.split(BEGIN);
  const [, after] = (rest ?? "").split(END);
  assert.ok(before !== undefined && after !== undefined, "docs/configuration.md lacks its marks");
  return `${before}${BEGIN}\n\n${referenceTables(schema)}\n${END}${after}`;
}
