import type { DialectName } from "../domain/entry.js";
import { messagesClient } from "./anthropic-messages/client.js";
import { messagesUpstream } from "./anthropic-messages/upstream.js";
import type { ClientDialect, UpstreamDialect } from "./dialect.js";
import { geminiUpstream } from "./gemini/upstream.js";
import { ollamaUpstream } from "./ollama/upstream.js";
import { chatClient } from "./openai-chat/client.js";
import { chatUpstream } from "./openai-chat/upstream.js";
import { completionsClient } from "./openai-completions/client.js";
import { completionsUpstream } from "./openai-completions/upstream.js";
import { responsesClient } from "./openai-responses/client.js";
import { responsesUpstream } from "./openai-responses/upstream.js";

/** Dialects that callers may speak over HTTP. */
export const clientDialects: ReadonlyMap<DialectName, ClientDialect> = new Map(
  [chatClient, completionsClient, messagesClient, responsesClient].map(
    (dialect) => [dialect.name, dialect] as const,
  ),
);

/** Dialects that upstreams may speak over HTTP. */
export const upstreamDialects: ReadonlyMap<DialectName, UpstreamDialect> = new Map(
  [
    chatUpstream,
    completionsUpstream,
    messagesUpstream,
    responsesUpstream,
    geminiUpstream,
    ollamaUpstream,
  ].map((dialect) => [dialect.name, dialect] as const),
);
