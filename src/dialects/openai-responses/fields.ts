import { isJsonObject, type JsonObject } from "../../domain/json.js";
import type { FieldRule, FieldTable } from "../field-rules.js";
import { objectsAt } from "../json-place.js";
import { MODERATION } from "../openai/moderation-fields.js";

/** What a citation quotes is text; its offsets are numbers and point into text as it was. */
const ANNOTATIONS: FieldTable = {
  type: "label",
  url: "text",
  title: "text",
  filename: "text",
  file_id: "label",
  container_id: "label",
};

const PART: FieldTable = {
  "": "text",
  type: "label",
  text: "delta",
  refusal: "delta",
  annotations: ANNOTATIONS,
  logprobs: "logprobs",
};

const TEXT_PART: FieldTable = { type: "label", text: "delta" };

const NAMES: FieldTable = {
  id: "label",
  type: "label",
  status: "label",
  call_id: "label",
  created_by: "label",
  caller: { type: "label", caller_id: "label" },
  name: "label",
  namespace: "label",
  server_label: "label",
  approval_request_id: "label",
};

/** Items whose text arrives in deltas, or that hold something else than text. */
const ITEMS: Readonly<Record<string, FieldTable>> = {
  message: { ...NAMES, role: "label", phase: "label", content: PART },
  reasoning: {
    ...NAMES,
    summary: TEXT_PART,
    content: TEXT_PART,
    encrypted_content: "opaque",
    signature: "opaque",
    format: "label",
  },
  compaction: { ...NAMES, encrypted_content: "opaque" },
  function_call: { ...NAMES, arguments: "delta" },
  custom_tool_call: { ...NAMES, input: "delta" },
  mcp_call: { ...NAMES, arguments: "delta", output: "text", error: "tree" },
  mcp_approval_request: { ...NAMES, arguments: "json" },
  code_interpreter_call: {
    ...NAMES,
    container_id: "label",
    code: "delta",
    outputs: { type: "label", logs: "text", url: "text" },
  },
  shell_call: {
    ...NAMES,
    action: { commands: "delta", timeout_ms: "label", max_output_length: "label" },
    environment: { type: "label", container_id: "label" },
  },
  shell_call_output: {
    ...NAMES,
    output: { stdout: "delta", stderr: "delta", outcome: { type: "label" }, created_by: "label" },
  },
  /** A picture is what the model drew: it passes or not by permission, it cannot be masked. */
  image_generation_call: {
    ...NAMES,
    result: "opaque",
    revised_prompt: "text",
    prompt: "text",
    error: "tree",
  },
};

/** Items that arrive whole; every string in them may be text. */
const WHOLE_ITEMS: ReadonlySet<string> = new Set([
  "additional_tools",
  "apply_patch_call",
  "apply_patch_call_output",
  "computer_call",
  "computer_call_output",
  "custom_tool_call_output",
  "file_search_call",
  "function_call_output",
  "local_shell_call",
  "local_shell_call_output",
  "mcp_approval_response",
  "mcp_list_tools",
  "program",
  "program_output",
  "tool_search_call",
  "tool_search_output",
  "web_search_call",
]);

/** The rules of one output item; of an unknown kind only names pass. */
export function itemFields(item: JsonObject): FieldTable {
  const type = typeof item["type"] === "string" ? item["type"] : "";
  const listed = Object.hasOwn(ITEMS, type) ? ITEMS[type] : undefined;
  if (listed !== undefined) return listed;
  if (!WHOLE_ITEMS.has(type)) return NAMES;
  const rest = Object.keys(item).filter((key) => !Object.hasOwn(NAMES, key));
  return {
    ...NAMES,
    ...Object.fromEntries(
      rest.map((key): [string, FieldRule] => [key, key === "tools" ? toolFields(item) : "tree"]),
    ),
  };
}

/** Every string of a tool's definition may be text, but for the credentials of tools. */
function toolFields(item: JsonObject): FieldTable {
  const keys = objectsAt(item, "tools").flatMap(([, tool]) => Object.keys(tool));
  return Object.fromEntries(
    keys.map((key): [string, FieldRule] => [key, CREDENTIALS.includes(key) ? "drop" : "tree"]),
  );
}

const CREDENTIALS: readonly string[] = ["authorization", "headers"];

/** Members of a response that repeat the request. */
export const ECHOES = [
  "instructions",
  "tools",
  "tool_choice",
  "metadata",
  "prompt",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "text",
  "reasoning",
] as const;

/** A response without its output and its echoes. */
export const RESPONSE_FIELDS: FieldTable = {
  id: "label",
  object: "label",
  model: "label",
  status: "label",
  service_tier: "label",
  previous_response_id: "label",
  conversation: { id: "label" },
  output_text: "text",
  error: { code: "label", type: "label", message: "text", param: "text" },
  incomplete_details: { reason: "label" },
  moderation: MODERATION,
  input_transformations: { type: "label", id: "label" },
  ...Object.fromEntries(ECHOES.map((key): [string, FieldRule] => [key, "tree"])),
};

/** Events of all types but for `item`, `response` and the text of deltas. */
export const EVENT_FIELDS: FieldTable = {
  type: "label",
  item_id: "label",
  obfuscation: "drop",
  delta: "drop",
  text: "delta",
  refusal: "delta",
  arguments: "delta",
  input: "delta",
  code: "delta",
  command: "delta",
  name: "label",
  logprobs: "logprobs",
  part: PART,
  annotation: ANNOTATIONS,
  output: { stdout: "delta", stderr: "delta", outcome: { type: "label" }, created_by: "label" },
  partial_image_b64: "opaque",
  item: "drop",
  response: "drop",
};

/** Tools without the credentials that a provider might echo. */
export function withoutCredentials(tools: readonly unknown[]): readonly JsonObject[] {
  return tools.filter(isJsonObject).map((tool) => {
    const kept = Object.entries(tool).filter(([key, value]) => value === null || !CREDENTIALS.includes(key));
    return Object.fromEntries(kept);
  });
}
