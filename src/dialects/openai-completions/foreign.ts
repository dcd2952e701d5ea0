import type { JsonObject, JsonPath } from "../../domain/json.js";
import { foreignKey } from "../foreign.js";
import { listAt } from "../json-place.js";
import { COMPLETIONS_REQUEST } from "./request-fields.js";

/** The first place of a completions request that only completions knows; null: none. */
export function foreignInCompletions(body: JsonObject): JsonPath | null {
  const { echo, best_of: best, ...rest } = body;
  if (echo === true) return ["echo"];
  if (typeof best === "number" && best > 1) return ["best_of"];
  // Each prompt is a conversation of its own, and elsewhere a request holds one.
  if (listAt(body, "prompt").length > 1) return ["prompt"];
  return foreignKey(rest, COMPLETIONS_REQUEST, ["logit_bias", "suffix"]);
}
