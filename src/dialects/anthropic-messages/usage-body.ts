import type { Usage } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";

/** Usage for a caller whose upstream speaks another dialect; cached tokens stand apart from the others here. */
export function usageBody(usage: Usage | null): JsonObject {
  const cached = usage?.cachedTokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.promptTokens ?? 0) - cached),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: usage?.completionTokens ?? 0,
  };
}

/** What a message says about usage when it starts. */
export function startUsage(usage: Usage | null): JsonObject {
  return { ...usageBody(usage), output_tokens: 0 };
}
