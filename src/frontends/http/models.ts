import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { ModelInfo } from "../../pipeline/call.js";
import { authenticate } from "../authenticate.js";
import { type Exchange, sendJson } from "./exchange.js";
import type { HttpRoom } from "./room.js";

/** Anthropic's clients name the version of their API; everybody else expects OpenAI's form. */
export function wantsAnthropic(exchange: Pick<Exchange, "request">): boolean {
  return exchange.request.headers["anthropic-version"] !== undefined;
}

export async function list(room: HttpRoom, exchange: Exchange): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const models = room.deps.gateway.models(principal);
  if (!wantsAnthropic(exchange)) {
    sendJson(exchange, { object: "list", data: models.map(openAiModel) });
    return;
  }
  const data = models.map(anthropicModel);
  const [first, last] = [models.at(0)?.id ?? null, models.at(-1)?.id ?? null];
  sendJson(exchange, { data, has_more: false, first_id: first, last_id: last });
}

export async function get(room: HttpRoom, exchange: Exchange, id: string): Promise<void> {
  const { principal } = await authenticate(exchange.request.headers, room.deps.verifier);
  const model = room.deps.gateway.models(principal).find((one) => one.id === id);
  if (model === undefined) {
    throw new SluiceError("model_not_found", "There is no such model, or no policy allows it to you.", {
      field: "model",
    });
  }
  sendJson(exchange, wantsAnthropic(exchange) ? anthropicModel(model) : openAiModel(model));
}

function openAiModel({ id, connection }: ModelInfo): JsonObject {
  return { id, object: "model", created: 0, owned_by: connection };
}

function anthropicModel({ id }: ModelInfo): JsonObject {
  return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
}
