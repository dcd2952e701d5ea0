import type { FinishReason, Usage } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import { numberAt, objectAt, stringAt } from "../json-place.js";

export function usageOf(usage: JsonObject): Usage {
  const input = objectAt(usage, "input_tokens_details");
  const output = objectAt(usage, "output_tokens_details");
  return {
    promptTokens: numberAt(usage, "input_tokens"),
    completionTokens: numberAt(usage, "output_tokens"),
    totalTokens: numberAt(usage, "total_tokens"),
    reasoningTokens: output === null ? null : numberAt(output, "reasoning_tokens"),
    cachedTokens: input === null ? null : numberAt(input, "cached_tokens"),
  };
}

/** Usage for a caller whose upstream speaks another dialect; every member is there, as clients expect. */
export function usageBody(usage: Usage): JsonObject {
  const input = usage.promptTokens ?? 0;
  const output = usage.completionTokens ?? 0;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.totalTokens ?? input + output,
  };
}

/** Why a response ended, in the words of the log. */
export function finishOf(
  response: JsonObject,
  calledTool: boolean,
): { readonly reason: FinishReason; readonly native: string } {
  const status = stringAt(response, "status") ?? "completed";
  const incomplete = objectAt(response, "incomplete_details");
  const why = incomplete === null ? null : stringAt(incomplete, "reason");
  if (status === "completed") return { reason: calledTool ? "tool_calls" : "stop", native: status };
  if (why === "max_output_tokens" || why === "max_tokens") return { reason: "length", native: why };
  if (why === "content_filter") return { reason: "content_filter", native: why };
  return { reason: "other", native: status };
}

/** How a response of another dialect's upstream ended. */
export function statusOf(reason: FinishReason): {
  readonly status: "completed" | "incomplete";
  readonly why: "max_output_tokens" | "content_filter" | null;
} {
  switch (reason) {
    case "length":
      return { status: "incomplete", why: "max_output_tokens" };
    case "content_filter":
      return { status: "incomplete", why: "content_filter" };
    case "stop":
    case "tool_calls":
    case "refusal":
    case "other":
      return { status: "completed", why: null };
    default:
      return reason satisfies never;
  }
}
