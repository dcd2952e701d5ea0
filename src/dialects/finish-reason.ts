import type { FinishReason } from "../domain/entry.js";

/** Why a choice ended, from the words that OpenAI, Anthropic and those who speak as they do have for it. */
export function finishReasonOf(native: string): FinishReason {
  switch (native) {
    case "stop":
    case "eos":
    case "end_turn":
    case "stop_sequence":
      return "stop";
    case "length":
    case "max_tokens":
    case "model_length":
    case "model_context_window_exceeded":
      return "length";
    case "tool_calls":
    case "tool_use":
    case "function_call":
      return "tool_calls";
    case "content_filter":
      return "content_filter";
    case "refusal":
      return "refusal";
    default:
      return "other";
  }
}
