import type { EntryOf } from "../../domain/entry.js";
import { SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { stringAt } from "../json-place.js";
import { recordedRequest } from "./response-object.js";

/** One page of a list, as the API's clients ask for it. */
export interface PageRequest {
  /** Id of the last item that the client has; null: from the first on. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
  readonly order: "asc" | "desc";
}

/**
 * What a response was made from, as the record holds it: the whole conversation, masked.
 * @throws SluiceError `not_found` for an `after` that names no item.
 */
export function inputItemsPage(opened: EntryOf<"opened">, page: PageRequest): JsonObject {
  const items = itemsOf(opened);
  const ordered = page.order === "asc" ? items : items.toReversed();
  const from = page.after === null ? 0 : ordered.findIndex(({ id }) => id === page.after) + 1;
  if (page.after !== null && from === 0) {
    throw new SluiceError("not_found", "The response has no such item.", { field: "after" });
  }
  const data = ordered.slice(from, from + page.limit);
  return {
    object: "list",
    data,
    first_id: data.at(0)?.["id"] ?? null,
    last_id: data.at(-1)?.["id"] ?? null,
    has_more: from + data.length < ordered.length,
  };
}

function itemsOf(opened: EntryOf<"opened">): readonly JsonObject[] {
  const input = recordedRequest(opened)?.["input"];
  if (typeof input === "string") {
    return [listed({ type: "message", role: "user", content: input }, `${opened.session}_0`)];
  }
  if (!Array.isArray(input)) return [];
  return input
    .filter(isJsonObject)
    .map((item: JsonObject, index) => listed(item, `${opened.session}_${index}`));
}

/** Lists name each item and hold content in parts, however it was sent. */
function listed(item: JsonObject, name: string): JsonObject {
  const type = stringAt(item, "type") ?? "message";
  if (type !== "message") return { id: `item_${name}`, ...item };
  const { role = "user", content, ...rest } = item;
  const parts = typeof content === "string" ? [textPart(role, content)] : (content ?? []);
  return { id: `msg_${name}`, status: "completed", ...rest, type, role, content: parts };
}

function textPart(role: JsonValue, text: string): JsonObject {
  return role === "assistant" ? { type: "output_text", text, annotations: [] } : { type: "input_text", text };
}
