import { BREAKPOINT, isRemote } from "../openai/request-parts.js";
import {
  BLOB,
  BOOLEAN,
  type Fields,
  FREE,
  feature,
  INTEGER,
  JSON_TEXT,
  list,
  NUMBER,
  object,
  record,
  type Shape,
  TEXT,
  union,
  WORD,
} from "../request-shape.js";

const isTrue = (value: unknown): boolean => value === true;

const CALLER: Fields = { caller: object({ type: WORD, caller_id: WORD }) };
/** Members that every item may have. */
const ITEM: Fields = { type: WORD, id: WORD, status: WORD, created_by: WORD };
const CALL: Fields = { ...ITEM, ...CALLER, call_id: WORD };

const IMAGE: Fields = {
  type: WORD,
  detail: WORD,
  file_id: feature("providerState", WORD),
  image_url: feature("remoteUrls", BLOB, isRemote),
};

const PARTS: Fields = {
  input_text: object({ type: WORD, text: TEXT, ...BREAKPOINT }, ["text"]),
  output_text: object({ type: WORD, text: TEXT, annotations: FREE, logprobs: FREE }, ["text"]),
  text: object({ type: WORD, text: TEXT, annotations: FREE, logprobs: FREE }, ["text"]),
  summary_text: object({ type: WORD, text: TEXT }, ["text"]),
  reasoning_text: object({ type: WORD, text: TEXT }, ["text"]),
  refusal: object({ type: WORD, refusal: TEXT }, ["refusal"]),
  input_image: feature("images", object({ ...IMAGE, ...BREAKPOINT })),
  input_file: feature(
    "files",
    object({
      type: WORD,
      detail: WORD,
      file_data: BLOB,
      file_id: feature("providerState", WORD),
      file_url: feature("remoteUrls", TEXT),
      filename: TEXT,
      ...BREAKPOINT,
    }),
  ),
  input_audio: feature("audio", object({ type: WORD, input_audio: object({ data: BLOB, format: WORD }) })),
  computer_screenshot: feature("images", object(IMAGE)),
};

const CONTENT: Shape = { kind: "either", text: TEXT, list: list(union("type", PARTS)) };

const hosted = (fields: Fields): Shape => feature("hostedTools", object({ ...ITEM, ...fields }));
const mcp = (fields: Fields): Shape => feature("mcp", object({ ...ITEM, ...fields }));

const FUNCTION = object(
  {
    type: WORD,
    name: TEXT,
    description: TEXT,
    parameters: FREE,
    strict: BOOLEAN,
    output_schema: FREE,
    allowed_callers: list(WORD, 16),
    defer_loading: BOOLEAN,
  },
  ["name"],
);

const CUSTOM = object(
  {
    type: WORD,
    name: TEXT,
    description: TEXT,
    format: FREE,
    allowed_callers: list(WORD, 16),
    defer_loading: BOOLEAN,
  },
  ["name"],
);

/** A tool that the provider runs; what its settings say is text. */
const provided = (names: readonly string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, feature("hostedTools", FREE)]));

const TOOLS = union("type", {
  function: FUNCTION,
  custom: CUSTOM,
  namespace: object(
    {
      type: WORD,
      name: TEXT,
      description: TEXT,
      tools: list(union("type", { function: FUNCTION, custom: CUSTOM }), 1024),
    },
    ["name", "tools"],
  ),
  tool_search: object({ type: WORD, description: TEXT, execution: WORD, parameters: FREE }),
  local_shell: object({ type: WORD }),
  apply_patch: object({ type: WORD, allowed_callers: list(WORD, 16) }),
  shell: object({
    type: WORD,
    allowed_callers: list(WORD, 16),
    environment: feature("hostedTools", FREE, isContainer),
  }),
  mcp: feature("mcp", FREE),
  ...provided([
    "file_search",
    "web_search",
    "web_search_2025_08_26",
    "web_search_preview",
    "web_search_preview_2025_03_11",
    "computer",
    "computer_use",
    "computer_use_preview",
    "code_interpreter",
    "image_generation",
    "programmatic_tool_calling",
  ]),
});

function isContainer(value: unknown): boolean {
  return !(typeof value === "object" && value !== null && "type" in value && value.type === "local");
}

/** Every kind of item that the openai package, 6.49 and 7.57, can send. */
const ITEMS = union(
  "type",
  {
    message: object({ ...ITEM, role: WORD, phase: WORD, content: CONTENT }, ["role", "content"]),
    item_reference: object({ type: WORD, id: WORD }, ["id"]),
    function_call: object({ ...CALL, name: TEXT, namespace: TEXT, arguments: JSON_TEXT }, [
      "call_id",
      "name",
    ]),
    function_call_output: object({ ...CALL, name: TEXT, namespace: TEXT, output: CONTENT }, [
      "call_id",
      "output",
    ]),
    custom_tool_call: object({ ...CALL, name: TEXT, namespace: TEXT, input: TEXT }, ["call_id", "name"]),
    custom_tool_call_output: object({ ...CALL, output: CONTENT }, ["call_id", "output"]),
    reasoning: object({
      ...ITEM,
      summary: list(union("type", PARTS)),
      content: list(union("type", PARTS)),
      encrypted_content: BLOB,
      signature: BLOB,
      format: WORD,
    }),
    compaction: object({ ...ITEM, encrypted_content: BLOB }),
    compaction_trigger: object({ type: WORD }),
    shell_call: object({ ...CALL, action: FREE, environment: FREE }),
    shell_call_output: object({ ...CALL, output: FREE, max_output_length: INTEGER }),
    local_shell_call: object({ ...CALL, action: FREE }),
    local_shell_call_output: object({ ...CALL, output: TEXT }),
    apply_patch_call: object({ ...CALL, operation: FREE }),
    apply_patch_call_output: object({ ...CALL, output: TEXT }),
    tool_search_call: object({ ...CALL, arguments: FREE, execution: WORD }),
    tool_search_output: object({ ...CALL, tools: list(TOOLS, 1024), execution: WORD }),
    additional_tools: object({ ...ITEM, role: WORD, tools: list(TOOLS, 1024) }, ["tools"]),
    program: object({ ...CALL, code: TEXT, fingerprint: BLOB }),
    program_output: object({ ...CALL, result: TEXT }),
    computer_call: hosted({
      ...CALL,
      action: FREE,
      actions: FREE,
      pending_safety_checks: FREE,
    }),
    computer_call_output: hosted({
      ...CALL,
      output: union("type", PARTS),
      acknowledged_safety_checks: FREE,
    }),
    file_search_call: hosted({ queries: FREE, results: FREE }),
    web_search_call: hosted({ action: FREE }),
    code_interpreter_call: hosted({ code: TEXT, container_id: WORD, outputs: FREE }),
    image_generation_call: hosted({
      result: BLOB,
      revised_prompt: TEXT,
      prompt: TEXT,
      size: WORD,
      quality: WORD,
      background: WORD,
      output_format: WORD,
      action: WORD,
    }),
    mcp_list_tools: mcp({ server_label: TEXT, tools: FREE, error: FREE }),
    mcp_approval_request: mcp({ server_label: TEXT, name: TEXT, arguments: JSON_TEXT }),
    mcp_approval_response: mcp({ approval_request_id: WORD, approve: BOOLEAN, reason: TEXT }),
    mcp_call: mcp({
      server_label: TEXT,
      name: TEXT,
      arguments: JSON_TEXT,
      approval_request_id: WORD,
      output: TEXT,
      error: FREE,
    }),
  },
  "message",
);

const FORMAT = union("type", {
  text: object({ type: WORD }),
  json_object: object({ type: WORD }),
  json_schema: object({ type: WORD, name: TEXT, description: TEXT, schema: FREE, strict: BOOLEAN }, [
    "name",
    "schema",
  ]),
});

const CONVERSATION: Shape = { kind: "either", text: WORD, object: object({ id: WORD }, ["id"]) };

/** Every key of `ResponseCreateParams` of the openai package, and those of its WebSocket mode. */
export const RESPONSES_REQUEST: Fields = {
  model: WORD,
  input: { kind: "either", text: TEXT, list: list(ITEMS) },
  instructions: { kind: "either", text: TEXT, list: list(ITEMS) },
  background: feature("background", BOOLEAN, isTrue),
  client_metadata: FREE,
  context_management: FREE,
  conversation: feature("providerState", CONVERSATION),
  generate: BOOLEAN,
  include: list(WORD, 64),
  max_output_tokens: INTEGER,
  max_tool_calls: INTEGER,
  metadata: record(TEXT),
  moderation: FREE,
  parallel_tool_calls: BOOLEAN,
  previous_response_id: WORD,
  prompt: feature("storedPrompts", FREE),
  prompt_cache_key: TEXT,
  prompt_cache_options: FREE,
  prompt_cache_retention: WORD,
  reasoning: object({ context: WORD, effort: WORD, generate_summary: WORD, mode: WORD, summary: WORD }),
  safety_identifier: TEXT,
  service_tier: WORD,
  store: BOOLEAN,
  stream: BOOLEAN,
  stream_options: object({ include_obfuscation: BOOLEAN, include_usage: BOOLEAN }),
  temperature: NUMBER,
  text: object({ format: FORMAT, verbosity: WORD }),
  tool_choice: { kind: "either", text: WORD, object: FREE },
  tools: list(TOOLS, 1024),
  top_logprobs: INTEGER,
  top_p: NUMBER,
  truncation: WORD,
  user: TEXT,
};
