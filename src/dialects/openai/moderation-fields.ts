import type { FieldTable } from "../field-rules.js";

const VERDICT: FieldTable = {
  type: "label",
  model: "label",
  code: "label",
  message: "text",
  results: { type: "label", model: "label" },
};

/** What OpenAI's moderation says beside an answer: scores by category, or why there are none. */
export const MODERATION: FieldTable = { input: VERDICT, output: VERDICT };
