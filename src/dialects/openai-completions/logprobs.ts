import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { listAt } from "../json-place.js";

/** The columns beside `tokens`. */
const COLUMNS = ["token_logprobs", "top_logprobs", "text_offset"] as const;
type Column = (typeof COLUMNS)[number];

/**
 * The columns as entries, one per token with the names of the columns as keys, so that single tokens can be dropped;
 * null where the columns differ in length or a token is no string.
 */
export function entriesOf(logprobs: JsonObject): readonly JsonObject[] | null {
  const tokens = listAt(logprobs, "tokens");
  const used = COLUMNS.filter((column) => Array.isArray(logprobs[column]));
  if (used.some((column) => listAt(logprobs, column).length !== tokens.length)) return null;
  return tokens.map((token, index) => {
    const members = used.map((column) => [column, listAt(logprobs, column)[index] ?? null] as const);
    return { token, ...Object.fromEntries(members) };
  });
}

/** Entries back as columns. `move` puts offsets where the text now stands. */
export function columnsOf(entries: readonly JsonValue[], move: (offset: number) => number): JsonObject {
  const objects = entries.filter(isJsonObject);
  const column = (name: Column): JsonValue => {
    if (!objects.some((entry) => name in entry)) return null;
    return objects.map((entry) => {
      const value = entry[name] ?? null;
      return name === "text_offset" && typeof value === "number" ? move(value) : value;
    });
  };
  return {
    tokens: objects.map((entry) => entry["token"] ?? ""),
    ...Object.fromEntries(COLUMNS.map((name) => [name, column(name)])),
  };
}
