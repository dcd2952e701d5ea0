import type { Channel, ChannelKind } from "../../domain/channel.js";
import type { FinishReason, Usage } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import type { ChannelShape } from "../channel-table.js";
import { numberAt, objectAt, stringAt } from "../json-place.js";

/** Block types whose `input` is the arguments of a call. */
const CALLS: ReadonlySet<string> = new Set(["tool_use", "server_tool_use", "mcp_tool_use"]);

/** The field of a delta and of a whole block that holds the channel's text, by the kind of block. */
export interface BlockText {
  readonly kind: ChannelKind;
  readonly deltaType: string;
  readonly deltaField: string;
  readonly blockField: string;
}

const TEXT: BlockText = { kind: "text", deltaType: "text_delta", deltaField: "text", blockField: "text" };
const THINKING: BlockText = {
  kind: "reasoning",
  deltaType: "thinking_delta",
  deltaField: "thinking",
  blockField: "thinking",
};
const INPUT: BlockText = {
  kind: "tool_arguments",
  deltaType: "input_json_delta",
  deltaField: "partial_json",
  blockField: "input",
};

/** How a block streams its text; null for a block that arrives whole. */
export function blockTextOf(block: JsonObject): BlockText | null {
  const type = stringAt(block, "type") ?? "";
  if (type === "text") return TEXT;
  if (type === "thinking") return THINKING;
  return CALLS.has(type) ? INPUT : null;
}

/** The form in which a channel of another dialect is streamed. */
export function blockTextFor(channel: Channel): BlockText | null {
  switch (channel.kind) {
    case "text":
    case "refusal":
      return TEXT;
    case "reasoning":
    case "reasoning_summary":
      return THINKING;
    case "tool_arguments":
    case "tool_text":
      return INPUT;
    case "other":
      return null;
    default:
      return channel.kind satisfies never;
  }
}

export function channelShape(block: JsonObject, index: number, jsonText: boolean): ChannelShape | null {
  const text = blockTextOf(block);
  if (text === null) return null;
  const call = text.kind === "tool_arguments";
  return {
    kind: text.kind,
    choice: 0,
    index,
    toolCallId: call ? stringAt(block, "id") : null,
    toolName: call ? stringAt(block, "name") : null,
    syntax: call || (jsonText && text.kind === "text") ? "json" : "text",
  };
}

export function usageOf(usage: JsonObject): Usage {
  const input = numberAt(usage, "input_tokens");
  const created = numberAt(usage, "cache_creation_input_tokens");
  const read = numberAt(usage, "cache_read_input_tokens");
  const output = numberAt(usage, "output_tokens");
  const details = objectAt(usage, "output_tokens_details");
  // What was read from or written to the cache is prompt too, and is counted beside `input_tokens`.
  const prompt = input === null ? null : input + (created ?? 0) + (read ?? 0);
  return {
    promptTokens: prompt,
    completionTokens: output,
    // The dialect reports the two sides in different events, and no sum.
    totalTokens: null,
    reasoningTokens: details === null ? null : numberAt(details, "thinking_tokens"),
    cachedTokens: read,
  };
}

export function nativeFinish(reason: FinishReason): string {
  switch (reason) {
    case "stop":
    case "other":
      return "end_turn";
    case "length":
      return "max_tokens";
    case "tool_calls":
      return "tool_use";
    case "content_filter":
    case "refusal":
      return "refusal";
    default:
      return reason satisfies never;
  }
}
