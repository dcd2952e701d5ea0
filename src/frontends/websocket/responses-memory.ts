import { SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";

/** Turns that one socket remembers, and the characters that they may hold together. */
const MOST_TURNS = 32;
const MOST_CHARACTERS = 8 * 1024 * 1024;

interface Turn {
  /** The conversation so far: what was asked, and what was delivered. */
  readonly items: readonly JsonValue[];
  readonly characters: number;
}

/**
 * The conversations of one socket by the id of their latest response, so that a client may send only what
 * is new and the whole is judged all the same. Nothing is kept beyond the socket.
 */
export class ResponsesMemory {
  readonly #turns = new Map<string, Turn>();
  #characters = 0;

  /** The body with the earlier turns in its `input` in place of `previous_response_id`.
   *  @throws SluiceError `not_found` (`previous_response_not_found`) */
  expand(body: JsonObject): JsonObject {
    const { previous_response_id: previous, ...rest } = body;
    if (previous === undefined || previous === null) return body;
    const turn = typeof previous === "string" ? this.#turns.get(previous) : undefined;
    if (turn === undefined) {
      throw new SluiceError("not_found", "The previous response is not one that this connection remembers.", {
        field: "previous_response_id",
        dialectCode: "previous_response_not_found",
      });
    }
    return { ...rest, input: [...turn.items, ...itemsOf(rest["input"])] };
  }

  /** Keeps a finished turn. @param response the final object as it was delivered. */
  remember(body: JsonObject, response: JsonObject): void {
    const { id, output } = response;
    if (typeof id !== "string") return;
    const items = [...itemsOf(body["input"]), ...(Array.isArray(output) ? output : [])];
    const characters = JSON.stringify(items).length;
    if (characters > MOST_CHARACTERS) return;
    this.#turns.set(id, { items, characters });
    this.#characters += characters;
    for (const [oldest, turn] of this.#turns) {
      if (this.#turns.size <= MOST_TURNS && this.#characters <= MOST_CHARACTERS) break;
      this.#turns.delete(oldest);
      this.#characters -= turn.characters;
    }
  }
}

/** The input as a list, whichever form it has. */
function itemsOf(input: JsonValue | undefined): readonly JsonValue[] {
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  return Array.isArray(input) ? input : [];
}

/** The `response` of an event that ends a turn well; null: another event. */
export function finalResponse(event: string | null, data: string): JsonObject | null {
  if (event !== "response.completed" && event !== "response.incomplete") return null;
  const parsed: unknown = JSON.parse(data);
  const response = isJsonObject(parsed) ? parsed["response"] : null;
  return isJsonObject(response) ? response : null;
}
