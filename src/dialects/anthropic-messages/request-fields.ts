import { isJsonObject, type JsonValue } from "../../domain/json.js";
import {
  BLOB,
  BOOLEAN,
  type Fields,
  FREE,
  feature,
  INTEGER,
  list,
  NUMBER,
  object,
  type Shape,
  TEXT,
  union,
  WORD,
} from "../request-shape.js";

const CACHE: Fields = { cache_control: object({ type: WORD, ttl: WORD, scope: WORD }) };

const textBlock = object({ type: WORD, text: TEXT, citations: FREE, ...CACHE }, ["text"]);

const SOURCE = union("type", {
  base64: object({ type: WORD, media_type: WORD, data: BLOB }, ["data"]),
  text: object({ type: WORD, media_type: WORD, data: TEXT }, ["data"]),
  content: object({ type: WORD, content: { kind: "either", text: TEXT, list: list(FREE) } }, ["content"]),
  url: feature("remoteUrls", object({ type: WORD, url: BLOB }, ["url"])),
  file: feature("providerState", object({ type: WORD, file_id: WORD }, ["file_id"])),
});

const IMAGE = feature("images", object({ type: WORD, source: SOURCE, ...CACHE }, ["source"]));

/** A document is text only where its source is. */
const DOCUMENT = feature(
  "files",
  object({ type: WORD, source: SOURCE, title: TEXT, context: TEXT, citations: FREE, ...CACHE }, ["source"]),
  (value) => !hasTextSource(value),
);

function hasTextSource(value: JsonValue): boolean {
  const source = isJsonObject(value) ? value["source"] : null;
  return isJsonObject(source) && (source["type"] === "text" || source["type"] === "content");
}

const SEARCH_RESULT = object(
  { type: WORD, source: TEXT, title: TEXT, content: list(textBlock), citations: FREE, ...CACHE },
  ["content"],
);

const RESULT_CONTENT: Shape = {
  kind: "either",
  text: TEXT,
  list: list(
    union(
      "type",
      { text: textBlock, image: IMAGE, document: DOCUMENT, search_result: SEARCH_RESULT },
      undefined,
      FREE,
    ),
  ),
};

const CALL = object(
  {
    type: WORD,
    id: WORD,
    name: TEXT,
    input: FREE,
    caller: FREE,
    toolset_name: WORD,
    server_name: TEXT,
    ...CACHE,
  },
  ["id", "name"],
);

/** Blocks that only the provider's own tools make. */
const SERVER_BLOCK = feature("hostedTools", FREE);

const BLOCK = union("type", {
  text: textBlock,
  image: IMAGE,
  document: DOCUMENT,
  search_result: SEARCH_RESULT,
  thinking: object({ type: WORD, thinking: TEXT, signature: BLOB }),
  redacted_thinking: object({ type: WORD, data: BLOB }),
  tool_use: CALL,
  tool_result: object(
    { type: WORD, tool_use_id: WORD, content: RESULT_CONTENT, is_error: BOOLEAN, ...CACHE },
    ["tool_use_id"],
  ),
  server_tool_use: feature("hostedTools", CALL),
  mcp_tool_use: feature("mcp", CALL),
  mcp_tool_result: feature("mcp", FREE),
  web_search_tool_result: SERVER_BLOCK,
  web_fetch_tool_result: SERVER_BLOCK,
  code_execution_tool_result: SERVER_BLOCK,
  bash_code_execution_tool_result: SERVER_BLOCK,
  text_editor_code_execution_tool_result: SERVER_BLOCK,
  tool_search_tool_result: SERVER_BLOCK,
  advisor_tool_result: SERVER_BLOCK,
  container_upload: feature("providerState", object({ type: WORD, file_id: WORD, ...CACHE })),
});

const MESSAGE = object({ role: WORD, content: { kind: "either", text: TEXT, list: list(BLOCK) } }, [
  "role",
  "content",
]);

const OWN_TOOL = object(
  {
    type: WORD,
    name: TEXT,
    description: TEXT,
    input_schema: FREE,
    input_examples: FREE,
    strict: BOOLEAN,
    defer_loading: BOOLEAN,
    eager_input_streaming: BOOLEAN,
    allowed_callers: list(WORD),
    ...CACHE,
  },
  ["name", "input_schema"],
);

/** Anthropic's tools that the caller runs itself; every other type runs at the provider. */
const CALLERS_OWN = /^(?:bash|text_editor|computer|memory)_\d{8}$/;

const TOOL = union(
  "type",
  { custom: OWN_TOOL, mcp_toolset: feature("mcp", FREE) },
  "custom",
  feature("hostedTools", FREE, (value) => {
    const type = isJsonObject(value) ? value["type"] : null;
    return typeof type !== "string" || !CALLERS_OWN.test(type);
  }),
);

const choice = object({ type: WORD, name: TEXT, disable_parallel_tool_use: BOOLEAN });

/** Every key of `MessageCreateParams` of @anthropic-ai/sdk 1.12 and of the 0.x line, beta ones included. */
export const MESSAGES_REQUEST: Fields = {
  model: WORD,
  messages: list(MESSAGE),
  max_tokens: INTEGER,
  system: { kind: "either", text: TEXT, list: list(textBlock) },
  metadata: object({ user_id: TEXT }),
  stop_sequences: list(TEXT, 64),
  stream: BOOLEAN,
  temperature: NUMBER,
  top_k: INTEGER,
  top_p: NUMBER,
  thinking: object({ type: WORD, budget_tokens: INTEGER, display: WORD, block_binding: FREE }),
  tool_choice: union("type", { auto: choice, any: choice, tool: choice, none: choice }),
  tools: list(TOOL, 1024),
  service_tier: WORD,
  inference_geo: WORD,
  speed: WORD,
  container: feature("providerState", { kind: "either", text: WORD, object: FREE }),
  mcp_servers: feature("mcp", list(FREE)),
  context_management: FREE,
  output_config: object({ effort: WORD, format: FREE, task_budget: FREE }),
  output_format: FREE,
  diagnostics: FREE,
  user_profile_id: WORD,
  workspace_id: WORD,
  ...CACHE,
};
