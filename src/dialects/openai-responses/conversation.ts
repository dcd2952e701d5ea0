import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { atOnce, type Steps } from "../../domain/pace.js";
import { listAt, objectsAt, stringAt } from "../json-place.js";
import type { CompletionRequest } from "../request.js";
import { previousNotFound } from "./build-request.js";
import { parseResponsesRequest } from "./parse-request.js";

/** What is known of earlier turns of one caller. */
export interface EarlierTurns {
  /** Every item up to and with a response, input and output; null: it is not known. */
  upTo(responseId: string): readonly JsonObject[] | null;
  /** An item that a response gave; null: it is not known. */
  item(id: string): JsonObject | null;
}

/** Whether a request stands for more than it says. */
export function refersToEarlier(request: CompletionRequest): boolean {
  if (request.dialect !== "openai-responses") return false;
  return request.previousResponseId !== null || listAt(request.native, "input").some(isReference);
}

/** Whether a request only prepares a connection (`generate: false`): it is judged and gets no output. */
export function isWarmUp(request: CompletionRequest): boolean {
  return request.dialect === "openai-responses" && request.native["generate"] === false;
}

/**
 * The request with the whole conversation in its input, as policy has to see it and the provider gets it.
 * It still names the earlier response, which is echoed, and needs no expanding any more.
 * @throws SluiceError `invalid_request` with `previous_response_not_found` for what is not known.
 */
export function* expandRequest(request: CompletionRequest, earlier: EarlierTurns): Steps<CompletionRequest> {
  const { previousResponseId, labels, headers } = request;
  const turns = previousResponseId === null ? [] : earlier.upTo(previousResponseId);
  if (turns === null) throw previousNotFound("previous_response_id");
  const input = [...turns, ...resolved(ownInput(request), { turns, earlier })];
  const body = { ...request.native, input };
  const again = yield* parseResponsesRequest(body, { headers, passFields: Object.keys(body) });
  return { ...again, labels, headers, previousResponseId: null };
}

/** A request's own input as items, references resolved: what a memory keeps of the turn. */
export function inputOf(request: CompletionRequest, earlier: EarlierTurns): readonly JsonObject[] {
  return resolved(ownInput(request), { turns: [], earlier });
}

function ownInput({ native: { input } }: CompletionRequest): readonly JsonObject[] {
  if (typeof input === "string")
    return input === "" ? [] : [{ type: "message", role: "user", content: input }];
  return Array.isArray(input) ? input.filter(isJsonObject) : [];
}

/** An item that two references name, or that the earlier turns hold already, stands there once. */
function resolved(
  input: readonly JsonObject[],
  known: { readonly turns: readonly JsonObject[]; readonly earlier: EarlierTurns },
): readonly JsonObject[] {
  if (!input.some(isReference)) return input;
  const seen = new Set([...known.turns, ...input].flatMap((item) => idOf(item) ?? []));
  return input.flatMap((item): readonly JsonObject[] => {
    if (!isReference(item)) return [item];
    const id = stringAt(item, "id") ?? "";
    if (seen.has(id)) return [];
    const found = known.earlier.item(id);
    if (found === null) throw previousNotFound("input");
    seen.add(id);
    return [found];
  });
}

function idOf(item: JsonObject): string | null {
  return isReference(item) ? null : stringAt(item, "id");
}

function isReference(item: JsonValue): boolean {
  return isJsonObject(item) && item["type"] === "item_reference";
}

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  message: ["type", "id", "role", "status", "phase", "content"],
  function_call: ["type", "id", "status", "call_id", "name", "namespace", "arguments"],
  custom_tool_call: ["type", "id", "status", "call_id", "name", "namespace", "input"],
  reasoning: ["type", "id", "status", "summary", "content", "encrypted_content"],
  output_text: ["type", "text", "annotations"],
  refusal: ["type", "refusal"],
  summary_text: ["type", "text"],
  reasoning_text: ["type", "text"],
};

/**
 * The output of a response as it may stand in a later request: members that a provider added and takes back
 * from nobody are left out, and so is an item that no request can hold.
 */
export function outputItems(response: JsonObject): readonly JsonObject[] {
  return objectsAt(response, "output").flatMap(([, item]): readonly JsonObject[] => {
    const kept = requestable(item);
    return isAccepted(kept) ? [kept] : [];
  });
}

function requestable(item: JsonObject): JsonObject {
  const members = MEMBERS[stringAt(item, "type") ?? ""];
  const kept = Object.entries(item).filter(
    ([key, value]) => (members?.includes(key) ?? true) && value !== null,
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [key, key === "content" || key === "summary" ? parts(value) : value]),
  );
}

function parts(value: JsonValue): JsonValue {
  return Array.isArray(value)
    ? value.map((part: JsonValue) => (isJsonObject(part) ? requestable(part) : part))
    : value;
}

function isAccepted(item: JsonObject): boolean {
  try {
    atOnce(parseResponsesRequest({ model: "any", input: [item] }, { headers: {}, passFields: [] }));
    return true;
  } catch {
    return false;
  }
}
