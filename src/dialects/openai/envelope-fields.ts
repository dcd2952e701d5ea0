import type { FieldTable } from "../field-rules.js";

/** The prompt again, as text, as tokens and as their probabilities (vLLM). */
export const PROMPT_AGAIN: FieldTable = {
  prompt_text: "drop",
  prompt_token_ids: "drop",
  prompt_logprobs: "drop",
};

/** What stands around the choices of chat completions and of completions. */
export const OPENAI_ENVELOPE: FieldTable = {
  id: "label",
  object: "label",
  model: "label",
  provider: "label",
  system_fingerprint: "label",
  service_tier: "label",
  /** Padding; its length tells that of the text. Mistral calls it `p`. */
  obfuscation: "drop",
  p: "drop",
  ...PROMPT_AGAIN,
  kv_transfer_params: "drop",
};

/** What a choice of either says beside its text. */
export const OPENAI_CHOICE: FieldTable = {
  index: "label",
  finish_reason: "label",
  native_finish_reason: "label",
  stop_reason: "text",
  token_ids: "drop",
};
