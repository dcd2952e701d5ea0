import type { FieldTable } from "../field-rules.js";
import { OPENAI_CHOICE, OPENAI_ENVELOPE } from "../openai/envelope-fields.js";
import { MODERATION } from "../openai/moderation-fields.js";

const LOGPROBS: FieldTable = { content: "logprobs", refusal: "logprobs" };

const CITATION: FieldTable = {
  type: "label",
  url_citation: {
    url: "text",
    title: "text",
    content: "text",
    start_index: "text",
    end_index: "text",
  },
};

const SEARCH_RESULT: FieldTable = {
  title: "text",
  url: "text",
  content: "text",
  snippet: "text",
  date: "text",
  last_updated: "text",
  source: "text",
};

/** The signature of Gemini's models, in its own place of OpenAI's form. */
const SEALED: FieldTable = { google: { thought_signature: "opaque" } };

/** Members of a message, streamed or whole. */
const MESSAGE: FieldTable = {
  role: "label",
  content: {
    "": "delta",
    type: "label",
    text: "delta",
    thinking: { "": "delta", type: "label", text: "delta" },
    reference_ids: "drop",
  },
  refusal: "delta",
  reasoning: "delta",
  reasoning_content: "delta",
  reasoning_details: {
    type: "label",
    id: "label",
    format: "label",
    text: "delta",
    summary: "delta",
    data: "opaque",
    signature: "opaque",
  },
  extra_content: SEALED,
  tool_calls: {
    id: "label",
    type: "label",
    function: { name: "label", arguments: "delta" },
    custom: { name: "label", input: "delta" },
    extra_content: SEALED,
  },
  function_call: { name: "label", arguments: "delta" },
  audio: { id: "label", transcript: "delta", data: "drop" },
  annotations: CITATION,
  executed_tools: {
    type: "label",
    name: "label",
    arguments: "json",
    output: "text",
    search_results: { results: SEARCH_RESULT, images: "drop" },
    code_results: { text: "text", png: "drop", chart: "drop", charts: "drop" },
    browser_results: { title: "text", url: "text", content: "text", live_view_url: "drop" },
  },
};

/** What a choice says beside its text. */
const CHOICE: FieldTable = { ...OPENAI_CHOICE, logprobs: LOGPROBS, delta: MESSAGE };

/** Answers of chat completions by OpenAI and those who speak its dialect. */
export const CHAT_FIELDS: FieldTable = {
  ...OPENAI_ENVELOPE,
  created: "label",
  choices: { ...CHOICE, message: MESSAGE },
  moderation: MODERATION,
  metadata: "tree",
  citations: "text",
  search_results: SEARCH_RESULT,
  images: "drop",
  related_questions: "text",
};

/** A chunk's `choices[].message` (Writer) repeats its delta. */
export const CHUNK_FIELDS: FieldTable = { ...CHAT_FIELDS, choices: { ...CHOICE, message: "drop" } };
