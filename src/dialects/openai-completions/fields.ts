import type { FieldTable } from "../field-rules.js";
import { OPENAI_CHOICE, OPENAI_ENVELOPE, PROMPT_AGAIN } from "../openai/envelope-fields.js";

/** Answers of completions: chunks and whole bodies have the same members. */
export const COMPLETION_FIELDS: FieldTable = {
  ...OPENAI_ENVELOPE,
  choices: {
    ...OPENAI_CHOICE,
    ...PROMPT_AGAIN,
    text: "delta",
    /** Columns of tokens; text stands in keys too, so the whole member is one hole. */
    logprobs: "hole",
  },
};
