import type { JsonObject, JsonPath } from "../../domain/json.js";
import type { LogprobToken } from "../dialect.js";
import type { FieldTable } from "../field-rules.js";
import { listAt, objectAt } from "../json-place.js";
import { alternativesIn, tokensOver } from "../token-text.js";
import { CHAT_FIELDS, CHUNK_FIELDS } from "./fields.js";
import type { Found } from "./found.js";
import { type Place, type PlaceOptions, placesOf } from "./places.js";

/** What differs between chat completions and completions; both share framing, choices and endings. */
export interface ChatGrammar {
  readonly chunkFields: FieldTable;
  readonly bodyFields: FieldTable;
  /** The part of a choice that holds text, and where it stands; null where there is none. */
  chunkMessage(choice: JsonObject): { readonly path: JsonPath; readonly value: JsonObject } | null;
  bodyMessage(choice: JsonObject): { readonly path: JsonPath; readonly value: JsonObject } | null;
  placesOf(message: JsonObject, options: PlaceOptions): readonly Place[];
  /** Entries of a choice's `logprobs` that go with a text; null where there are none or they disagree. */
  logprobTokens(found: Found, logprobs: JsonObject): readonly LogprobToken[] | null;
  /** Texts of all alternatives in a choice's `logprobs`. */
  alternatives(logprobs: JsonObject): readonly string[];
  /** Whether `logprobs` is one set of columns instead of lists by field. */
  readonly columns: boolean;
  /** Where the released entries go, from the choice on. */
  logprobsPlace(found: Found): JsonPath;
}

export const CHAT_GRAMMAR: ChatGrammar = {
  chunkFields: CHUNK_FIELDS,
  bodyFields: CHAT_FIELDS,
  chunkMessage: (choice) => member(choice, "delta"),
  bodyMessage: (choice) => member(choice, "message"),
  placesOf,
  logprobTokens(found, logprobs) {
    const entries = listAt(logprobs, found.place?.logprobs ?? "");
    return entries.length === 0 ? null : tokensOver(found.text, entries);
  },
  alternatives: (logprobs) =>
    Object.keys(logprobs).flatMap((field) => listAt(logprobs, field).flatMap(alternativesIn)),
  columns: false,
  logprobsPlace: (found) => ["logprobs", found.place?.logprobs ?? "content"],
};

function member(choice: JsonObject, key: string): ReturnType<ChatGrammar["chunkMessage"]> {
  const value = objectAt(choice, key);
  return value === null ? null : { path: [key], value };
}
