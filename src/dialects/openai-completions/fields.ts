import type { FieldTable } from "../field-rules.js";

/** Answers of completions: chunks and whole bodies have the same members. */
export const COMPLETION_FIELDS: FieldTable = {
  id: "label",
  object: "label",
  model: "label",
  provider: "label",
  system_fingerprint: "label",
  service_tier: "label",
  obfuscation: "drop",
  p: "drop",
  prompt_text: "drop",
  prompt_token_ids: "drop",
  prompt_logprobs: "drop",
  kv_transfer_params: "drop",
  choices: {
    index: "label",
    text: "delta",
    finish_reason: "label",
    native_finish_reason: "label",
    /** Columns of tokens; text stands in keys too, so the whole member is one hole. */
    logprobs: "hole",
    stop_reason: "text",
    token_ids: "drop",
    prompt_token_ids: "drop",
    prompt_logprobs: "drop",
  },
};
