import type { JsonObject, JsonValue } from "../../domain/json.js";
import type { BuildOptions, BuiltRequest } from "../dialect.js";
import { objectAt } from "../json-place.js";
import { samplingOf } from "../openai/sampling.js";
import { present } from "../present.js";
import type { CompletionRequest, Message, NeutralRequest, Part } from "../request.js";

/** Writes the upstream request of chat completions. */
export function buildChatRequest(request: CompletionRequest, options: BuildOptions): BuiltRequest {
  const body = request.dialect === "openai-chat" ? sameDialect(request) : fromNeutral(request);
  return {
    path: "/chat/completions",
    body: JSON.stringify({ ...body, model: options.model, ...maxTokens(body, options) }),
    headers: {},
  };
}

function sameDialect(request: CompletionRequest): JsonObject {
  const { native } = request;
  return {
    ...native,
    ...("store" in native ? { store: false } : {}),
    ...streamOptions(native, request.stream),
  };
}

/** Usage is always asked for: the record and the budgets need it. */
export function streamOptions(native: JsonObject, stream: boolean): JsonObject {
  if (!stream) return {};
  return { stream_options: { ...(objectAt(native, "stream_options") ?? {}), include_usage: true } };
}

/** In the field that the caller used; else the one that the model's family knows. */
function maxTokens(body: JsonObject, options: BuildOptions): JsonObject {
  if (options.maxTokens === null) return {};
  const used = ["max_completion_tokens", "max_tokens"].filter((key) => typeof body[key] === "number");
  const fields = used.length > 0 ? used : [reasons(options.model) ? "max_completion_tokens" : "max_tokens"];
  return Object.fromEntries(fields.map((field) => [field, options.maxTokens]));
}

/** OpenAI's reasoning models refuse `max_tokens`; many other servers know nothing else. */
function reasons(model: string): boolean {
  return /^(?:o\d|gpt-5)/.test(model);
}

function fromNeutral(request: CompletionRequest): JsonObject {
  const neutral = request.neutral;
  return present({
    messages: neutral.messages.flatMap(messagesOf),
    tools:
      neutral.tools.length === 0
        ? null
        : neutral.tools.map((tool) => ({
            type: "function",
            function: present({
              name: tool.name,
              description: tool.description,
              parameters: tool.parameters,
              strict: tool.strict,
            }),
          })),
    tool_choice: toolChoice(neutral),
    parallel_tool_calls: neutral.parallelToolCalls,
    n: neutral.choices > 1 ? neutral.choices : null,
    ...samplingOf(neutral),
    response_format: responseFormat(neutral),
    reasoning_effort: neutral.reasoningEffort,
    logprobs: neutral.logprobs ? true : null,
    top_logprobs: neutral.topLogprobs,
    stream: request.stream,
    ...streamOptions({}, request.stream),
  });
}

/** Results of tools are messages of their own here, wherever another dialect puts them. */
function messagesOf(message: Message): readonly JsonObject[] {
  const results = message.parts.flatMap((part) =>
    part.type === "tool_result" ? [{ role: "tool", tool_call_id: part.toolCallId, content: part.text }] : [],
  );
  const others = message.parts.filter((part) => part.type !== "tool_result");
  if (others.length === 0) return results;
  if (message.role === "assistant") return [assistant(others), ...results];
  return [...results, { role: message.role === "system" ? "system" : "user", content: content(others) }];
}

function assistant(parts: readonly Part[]): JsonObject {
  const calls = parts.flatMap((part) =>
    part.type === "tool_call"
      ? [{ id: part.id, type: "function", function: { name: part.name, arguments: part.arguments } }]
      : [],
  );
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  const refusal = parts.find((part) => part.type === "refusal");
  return {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...present({ refusal: refusal?.text ?? null, tool_calls: calls.length === 0 ? null : calls }),
  };
}

function content(parts: readonly Part[]): JsonValue {
  if (parts.every((part) => part.type === "text")) return parts.map((part) => part.text).join("\n");
  return parts.flatMap((part): readonly JsonObject[] => {
    if (part.type === "text") return [{ type: "text", text: part.text }];
    if (part.type !== "image") return [];
    return [{ type: "image_url", image_url: { url: `data:${part.mediaType};base64,${part.data}` } }];
  });
}

function toolChoice({ toolChoice: choice }: NeutralRequest): JsonValue {
  if (choice === null) return null;
  return choice.type === "tool" ? { type: "function", function: { name: choice.name } } : choice.type;
}

function responseFormat({ responseFormat: format }: NeutralRequest): JsonValue {
  if (format === null) return null;
  if (format.type !== "json_schema") return { type: format.type };
  return {
    type: "json_schema",
    json_schema: present({ name: format.name, schema: format.schema, strict: format.strict }),
  };
}
