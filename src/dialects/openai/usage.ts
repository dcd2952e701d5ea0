import type { EntryOf, FinishReason, Usage } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { numberAt, objectAt } from "../json-place.js";

/** Usage as chat completions and completions report it. */
export function usageOf(usage: JsonObject): Usage {
  const completion = objectAt(usage, "completion_tokens_details");
  const prompt = objectAt(usage, "prompt_tokens_details");
  return {
    promptTokens: numberAt(usage, "prompt_tokens"),
    completionTokens: numberAt(usage, "completion_tokens"),
    totalTokens: numberAt(usage, "total_tokens"),
    reasoningTokens: completion === null ? null : numberAt(completion, "reasoning_tokens"),
    cachedTokens: prompt === null ? null : numberAt(prompt, "cached_tokens"),
  };
}

/** Usage for a caller whose upstream speaks another dialect. */
export function usageBody(usage: Usage): JsonObject {
  const prompt = usage.promptTokens ?? 0;
  const completion = usage.completionTokens ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: usage.totalTokens ?? prompt + completion,
    ...(usage.cachedTokens === null ? {} : { prompt_tokens_details: { cached_tokens: usage.cachedTokens } }),
    ...(usage.reasoningTokens === null
      ? {}
      : { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } }),
  };
}

/** The word of chat completions for why a choice ended. */
export function nativeFinish(reason: FinishReason): string {
  switch (reason) {
    case "stop":
    case "length":
    case "tool_calls":
    case "content_filter":
      return reason;
    case "refusal":
      return "content_filter";
    case "other":
      return "stop";
    default:
      return reason satisfies never;
  }
}

/** A chunk that holds nothing but usage: it came because the gateway asked for it. */
export function isUsageAlone(entry: EntryOf<"output">): boolean {
  if (entry.native === null || !entry.items.some(({ type }) => type === "usage")) return false;
  const value: JsonValue = JSON.parse(entry.native);
  return isJsonObject(value) && Array.isArray(value["choices"]) && value["choices"].length === 0;
}
