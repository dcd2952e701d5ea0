import type { PlainEncoder } from "../dialects/dialect.js";
import { outputItems } from "../dialects/openai-responses/conversation.js";
import type { EntryBody } from "../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";
import type { CompletionCall } from "./call.js";
import type { ConversationMemory } from "./conversation-memory.js";
import type { PseudonymVault } from "./pseudonym-vault.js";
import type { ResponseIndex } from "./response-index.js";
import { PseudonymRestorer, type Restoration } from "./restorer.js";

export interface TurnKeeperOptions {
  readonly session: string;
  /** As the caller made it, before it was expanded. */
  readonly call: CompletionCall;
  /** Its own input, references resolved. */
  readonly input: readonly JsonObject[];
  readonly memories: readonly ConversationMemory[];
  readonly index: ResponseIndex;
  readonly vault: PseudonymVault;
  readonly restoration: Restoration;
}

/**
 * Looks on while a response is recorded and keeps the turn as soon as it is whole: before its last entry can
 * reach the client, which may go on from it at once.
 */
export class TurnKeeper {
  readonly #options: TurnKeeperOptions;
  readonly #encoder: PlainEncoder;
  #responseId: string | null = null;
  #seq = 0;

  constructor(options: TurnKeeperOptions) {
    const { dialect, request } = options.call;
    this.#options = options;
    this.#encoder = dialect.plainEncoder({ echo: new Map(), request });
  }

  saw(body: EntryBody): void {
    this.#encoder.add({ ...body, seq: ++this.#seq, offsetUs: 0 });
    if (body.type !== "output") return;
    const { call, index, session } = this.#options;
    for (const item of body.items) {
      if (item.type === "message" && item.responseId !== null)
        index.note(call.principal, item.responseId, session);
    }
    if (body.items.some((item) => item.type === "finish" && item.choice === 0)) this.#keep();
  }

  /** A response that broke after its last event was never whole. */
  ended(isWhole: boolean): void {
    if (isWhole || this.#responseId === null) return;
    const { memories, call } = this.#options;
    for (const memory of memories) memory.forget(call.principal, this.#responseId);
  }

  #keep(): void {
    const { call, input, memories } = this.#options;
    if (this.#responseId !== null) return;
    const body = this.#encoder.body();
    const { id } = body;
    if (typeof id !== "string") return;
    this.#responseId = id;
    const output = outputItems(body).map((item) => this.#delivered(item));
    const previous = call.request.previousResponseId;
    for (const memory of memories)
      memory.remember(call.principal, { responseId: id, previous, input, output });
  }

  /** The caller got its own values back, and redaction gives them the same names again in the next turn. */
  #delivered(item: JsonObject): JsonObject {
    const { vault, restoration } = this.#options;
    if (restoration.rules === null) return item;
    const restorer = new PseudonymRestorer(vault, { rules: { inTools: true, inUrls: true } });
    return inObject(item, (text) => restorer.feed(0, text) + restorer.end(0));
  }
}

function inObject(object: JsonObject, change: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, inValue(value, change)]));
}

function inValue(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === "string") return value.includes("<") ? change(value) : value;
  if (isJsonObject(value)) return inObject(value, change);
  return Array.isArray(value) ? value.map((entry: JsonValue) => inValue(entry, change)) : value;
}
