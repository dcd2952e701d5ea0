import type { FieldTable } from "../field-rules.js";

const CITATION: FieldTable = {
  type: "label",
  cited_text: "text",
  title: "text",
  document_title: "text",
  url: "text",
  source: "text",
  file_id: "label",
  encrypted_index: "opaque",
};

/** Results of server tools nest in each other under the same names. */
const RESULT: FieldTable = {
  "": "text",
  type: "label",
  id: "label",
  tool_use_id: "label",
  text: "text",
  title: "text",
  url: "text",
  page_age: "text",
  stdout: "text",
  stderr: "text",
  encrypted_stdout: "opaque",
  encrypted_content: "opaque",
  error_code: "label",
  error_message: "text",
  file_id: "label",
  file_type: "label",
  lines: "text",
  retrieved_at: "text",
  stop_reason: "label",
  tool_references: { type: "label", tool_name: "label" },
  source: { type: "label", media_type: "label", data: "text", url: "text" },
  citations: CITATION,
  get content(): FieldTable {
    return RESULT;
  },
};

const BLOCK: FieldTable = {
  type: "label",
  id: "label",
  name: "label",
  tool_use_id: "label",
  server_name: "label",
  toolset_name: "label",
  caller: { type: "label", tool_id: "label" },
  text: "delta",
  thinking: "delta",
  /** Whole or in pieces, the input is a channel; it is taken out before. */
  input: "drop",
  signature: "opaque",
  data: "opaque",
  citations: CITATION,
  content: RESULT,
  file_id: "label",
  /** Where the model changed while it answered. */
  from: { model: "label" },
  to: { model: "label" },
};

const CONTAINER: FieldTable = {
  id: "label",
  expires_at: "text",
  skills: { skill_id: "label", type: "label", version: "label" },
};

const USAGE: FieldTable = {
  service_tier: "label",
  inference_geo: "label",
  speed: "label",
  iterations: { type: "label", model: "label" },
};

const ENDING: FieldTable = {
  type: "label",
  stop_reason: "label",
  stop_sequence: "text",
  stop_details: { type: "label", category: "label", explanation: "text", fallback_credit_token: "opaque" },
  container: CONTAINER,
};

/** A whole message. */
export const MESSAGE_FIELDS: FieldTable = {
  ...ENDING,
  id: "label",
  role: "label",
  model: "label",
  usage: USAGE,
  content: BLOCK,
};

/** A message whose tool inputs were turned into JSON text, for plain answers. */
export const PLAIN_FIELDS: FieldTable = { ...MESSAGE_FIELDS, content: { ...BLOCK, input: "delta" } };

export const EVENT_FIELDS: FieldTable = {
  type: "label",
  message: MESSAGE_FIELDS,
  content_block: BLOCK,
  delta: {
    ...ENDING,
    text: "delta",
    thinking: "delta",
    partial_json: "delta",
    signature: "opaque",
    citation: CITATION,
  },
  usage: USAGE,
};
