import { clientDialects } from "../../src/dialects/index.js";
import type { CompletionRequest } from "../../src/dialects/request.js";
import { parseSluice } from "../../src/dialects/sluice/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import type { JsonObject } from "../../src/domain/json.js";

const CHAT: JsonObject = { messages: [{ role: "user", content: "Hi" }] };

/** The least that each dialect's callers must say. */
const BODIES: Readonly<Partial<Record<DialectName, JsonObject>>> = {
  "openai-chat": CHAT,
  "openai-completions": { prompt: "Hi" },
  "openai-responses": { input: "Hi" },
  "anthropic-messages": { ...CHAT, max_tokens: 100 },
};

/** A streamed request in a dialect, or in the gateway's own where no caller speaks it. */
export function simpleRequest(dialect: DialectName, more: JsonObject = {}): CompletionRequest {
  const client = clientDialects.get(dialect);
  const body = BODIES[dialect];
  if (client === undefined || body === undefined) {
    return parseSluice({ model: "m", messages: [{ role: "user", parts: [{ text: "Hi" }] }] });
  }
  return client.parse({ model: "m", stream: true, ...body, ...more }, { headers: {}, passFields: [] });
}
