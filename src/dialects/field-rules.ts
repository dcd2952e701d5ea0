/**
 * What each field of a dialect's answers is. Every string that reaches a client stands in a table of these;
 * what no table lists is dropped unless it is a short token (DESIGN P4).
 */
export type FieldRule =
  /** Model text that stands whole in its event. */
  | "text"
  /** The same, holding JSON text. */
  | "json"
  /** A name or id that the provider gives: at most 256 characters, checked by the detectors. */
  | "label"
  /** Signatures and encrypted blobs: pass unscanned. */
  | "opaque"
  /** Text of a channel, taken out of the event before the rest is recorded. */
  | "delta"
  /** Log-probabilities: a list becomes a hole. */
  | "logprobs"
  /** The same for a member that holds them in columns: it becomes null. */
  | "hole"
  /** Never passes. */
  | "drop"
  /** Any JSON whose strings are all model text. */
  | "tree"
  | FieldTable;

/** Rules by key. Lists are transparent: their entries have the rule of the list. The key `""` is the rule of
 *  a plain string where an object could stand too. */
export interface FieldTable {
  readonly [key: string]: FieldRule;
}

/** What an unlisted string may be. */
export const SHORT_TOKEN = /^[A-Za-z0-9_.:-]{1,64}$/;
/** What an unlisted key may be: a word (`harassment/threatening` is one), with at most three digits, so that no
 *  secret passes as a key. */
const PLAIN_KEY = /^[A-Za-z_$@-][A-Za-z_./-]*(?:\d[A-Za-z_./-]*){0,3}$/;
const MAX_KEY = 64;

export function plainKey(key: string): boolean {
  return key.length <= MAX_KEY && PLAIN_KEY.test(key);
}

/** Words of the dialects themselves, which need no detector. */
export const KNOWN_WORDS: ReadonlySet<string> = new Set([
  "",
  "assistant",
  "stop",
  "length",
  "tool_calls",
  "content_filter",
  "function",
  "custom",
  "text",
  "thinking",
  "chat.completion.chunk",
  "chat.completion",
  "text_completion",
  "default",
  "safe",
  "completed",
  "in_progress",
  "incomplete",
  "message",
  "output_text",
  "reasoning",
  "function_call",
  "response",
  "text_delta",
  "thinking_delta",
  "input_json_delta",
  "content_block_delta",
  "response.output_text.delta",
  "response.function_call_arguments.delta",
  "response.reasoning_summary_text.delta",
  "response.reasoning_text.delta",
  "response.refusal.delta",
  "model",
  "STOP",
]);
