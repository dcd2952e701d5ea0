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

const TEXT_PART = object({ type: WORD, text: TEXT, ...BREAKPOINT }, ["text"]);

const IMAGE_URL: Shape = { kind: "either", text: BLOB };

const PARTS = union("type", {
  text: TEXT_PART,
  refusal: object({ type: WORD, refusal: TEXT }, ["refusal"]),
  image_url: feature(
    "images",
    object(
      {
        type: WORD,
        image_url: object({ url: feature("remoteUrls", IMAGE_URL, isRemote), detail: WORD }, ["url"]),
        ...BREAKPOINT,
      },
      ["image_url"],
    ),
  ),
  input_audio: feature(
    "audio",
    object({ type: WORD, input_audio: object({ data: BLOB, format: WORD }, ["data"]), ...BREAKPOINT }, [
      "input_audio",
    ]),
  ),
  file: feature(
    "files",
    object(
      {
        type: WORD,
        file: object({ file_data: BLOB, file_id: feature("providerState", WORD), filename: TEXT }),
        ...BREAKPOINT,
      },
      ["file"],
    ),
  ),
});

const CONTENT: Shape = { kind: "either", text: TEXT, list: list(PARTS) };

/** What Gemini's models want back with a call, in its own place of this form. */
const SEALED = object({ google: object({ thought_signature: BLOB }) });

const CALL = union(
  "type",
  {
    function: object(
      {
        id: WORD,
        type: WORD,
        index: INTEGER,
        function: object({ name: TEXT, arguments: JSON_TEXT }, ["name"]),
        extra_content: SEALED,
      },
      ["function"],
    ),
    custom: object(
      { id: WORD, type: WORD, index: INTEGER, custom: object({ name: TEXT, input: TEXT }, ["name"]) },
      ["custom"],
    ),
  },
  "function",
);

const MESSAGES = union("role", {
  system: object({ role: WORD, content: CONTENT, name: TEXT }, ["content"]),
  developer: object({ role: WORD, content: CONTENT, name: TEXT }, ["content"]),
  user: object({ role: WORD, content: CONTENT, name: TEXT }, ["content"]),
  assistant: object({
    role: WORD,
    content: CONTENT,
    name: TEXT,
    refusal: TEXT,
    tool_calls: list(CALL),
    function_call: object({ name: TEXT, arguments: JSON_TEXT }, ["name"]),
    audio: feature("providerState", object({ id: WORD })),
    // Members of answers that clients send back as they got them.
    extra_content: SEALED,
    annotations: FREE,
    reasoning: TEXT,
    reasoning_content: TEXT,
    reasoning_details: FREE,
  }),
  tool: object({ role: WORD, content: CONTENT, tool_call_id: WORD, name: TEXT }, ["content"]),
  function: object({ role: WORD, content: TEXT, name: TEXT }, ["name"]),
});

const FUNCTION = object({ name: TEXT, description: TEXT, parameters: FREE, strict: BOOLEAN }, ["name"]);

const TOOLS = union(
  "type",
  {
    function: object({ type: WORD, function: FUNCTION }, ["function"]),
    custom: object(
      { type: WORD, custom: object({ name: TEXT, description: TEXT, format: FREE }, ["name"]) },
      ["custom"],
    ),
  },
  "function",
  // What other providers of the dialect run themselves.
  feature("hostedTools", FREE),
);

const NAMED = object({ name: TEXT }, ["name"]);

const TOOL_CHOICE: Shape = {
  kind: "either",
  text: WORD,
  object: union("type", {
    function: object({ type: WORD, function: NAMED }, ["function"]),
    custom: object({ type: WORD, custom: NAMED }, ["custom"]),
    allowed_tools: object(
      { type: WORD, allowed_tools: object({ mode: WORD, tools: list(FREE) }, ["tools"]) },
      ["allowed_tools"],
    ),
  }),
};

const RESPONSE_FORMAT = union("type", {
  text: object({ type: WORD }),
  json_object: object({ type: WORD }),
  json_schema: object(
    {
      type: WORD,
      json_schema: object({ name: TEXT, description: TEXT, schema: FREE, strict: BOOLEAN }, ["name"]),
    },
    ["json_schema"],
  ),
});

const STOP: Shape = { kind: "either", text: TEXT, list: list(TEXT, 64) };

export const STREAM_OPTIONS = object({ include_usage: BOOLEAN, include_obfuscation: BOOLEAN });

/** Parameters that completions has as well. */
export const SAMPLING: Fields = {
  model: WORD,
  frequency_penalty: NUMBER,
  logit_bias: record(NUMBER),
  max_tokens: INTEGER,
  n: INTEGER,
  presence_penalty: NUMBER,
  seed: INTEGER,
  stop: STOP,
  stream: BOOLEAN,
  stream_options: STREAM_OPTIONS,
  temperature: NUMBER,
  top_p: NUMBER,
  user: TEXT,
};

/** Every key of `ChatCompletionCreateParams` of the openai package, 6.49 and 7.57. */
export const CHAT_REQUEST: Fields = {
  ...SAMPLING,
  messages: list(MESSAGES),
  audio: feature("audio", object({ format: WORD, voice: FREE })),
  function_call: { kind: "either", text: WORD, object: NAMED },
  functions: list(FUNCTION, 1024),
  logprobs: BOOLEAN,
  max_completion_tokens: INTEGER,
  metadata: record(TEXT),
  modalities: feature("audio", list(WORD, 8), (value) => Array.isArray(value) && value.includes("audio")),
  moderation: FREE,
  parallel_tool_calls: BOOLEAN,
  prediction: object({ type: WORD, content: { kind: "either", text: TEXT, list: list(TEXT_PART) } }),
  prompt_cache_key: TEXT,
  prompt_cache_options: FREE,
  prompt_cache_retention: WORD,
  reasoning_effort: WORD,
  response_format: RESPONSE_FORMAT,
  safety_identifier: TEXT,
  service_tier: WORD,
  store: BOOLEAN,
  tool_choice: TOOL_CHOICE,
  tools: list(TOOLS, 1024),
  top_logprobs: INTEGER,
  verbosity: WORD,
  web_search_options: feature("hostedTools", FREE),
};
