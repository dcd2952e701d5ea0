import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { BuildOptions, BuiltRequest } from "../dialect.js";
import { present } from "../present.js";
import type { CompletionRequest, Message, NeutralRequest, Part } from "../request.js";

const DEFAULT_VERSION = "2023-06-01";
/** The dialect demands a limit; what a caller of another dialect gets who named none. */
const DEFAULT_MAX_TOKENS = 4096;

/** Writes the upstream request of Anthropic messages. */
export function buildMessagesRequest(request: CompletionRequest, options: BuildOptions): BuiltRequest {
  const same = request.dialect === "anthropic-messages";
  const body: JsonObject = {
    ...(same ? signed(request.native) : fromNeutral(request)),
    model: options.model,
  };
  const version = request.headers["anthropic-version"] ?? options.apiVersion ?? DEFAULT_VERSION;
  const beta = request.headers["anthropic-beta"];
  const headers = { "anthropic-version": version, ...(beta === undefined ? {} : { "anthropic-beta": beta }) };
  if (request.operation === "count_tokens") {
    const { max_tokens: _limit, stream: _stream, ...counted } = body;
    return { path: "/messages/count_tokens", body: JSON.stringify(counted), headers };
  }
  const limited = options.maxTokens === null ? body : { ...body, max_tokens: options.maxTokens };
  return { path: "/messages", body: JSON.stringify(withRoomToThink(limited)), headers };
}

/** Thinking that lost its signature, since its text was masked or comes from another model, would make the
 *  provider refuse the whole conversation; it takes one without that block. */
function signed(body: JsonObject): JsonObject {
  const messages = body["messages"];
  if (!Array.isArray(messages)) return body;
  return { ...body, messages: messages.map((message: JsonValue) => withoutUnsigned(message)) };
}

function withoutUnsigned(message: JsonValue): JsonValue {
  if (!isJsonObject(message) || !Array.isArray(message["content"])) return message;
  const content: readonly JsonValue[] = message["content"];
  const kept = content.filter(
    (block) => !isJsonObject(block) || block["type"] !== "thinking" || Boolean(block["signature"]),
  );
  return kept.length === content.length || kept.length === 0 ? message : { ...message, content: kept };
}

/** A budget for thinking has to be below the limit; where a policy lowers the limit, the budget follows, and
 *  below the least budget that the provider takes thinking is off. */
function withRoomToThink(body: JsonObject): JsonObject {
  const thinking = body["thinking"];
  const limit = body["max_tokens"];
  if (!isJsonObject(thinking) || typeof thinking["budget_tokens"] !== "number" || typeof limit !== "number")
    return body;
  if (thinking["budget_tokens"] < limit) return body;
  if (limit <= 1024) return { ...body, thinking: { type: "disabled" } };
  return { ...body, thinking: { ...thinking, budget_tokens: limit - 1 } };
}

function fromNeutral(request: CompletionRequest): JsonObject {
  const neutral = request.neutral;
  const system = neutral.messages
    .filter(({ role }) => role === "system")
    .flatMap(({ parts }) => parts.flatMap(blockOf));
  return present({
    max_tokens: neutral.maxTokens ?? DEFAULT_MAX_TOKENS,
    system: system.length === 0 ? null : system,
    messages: turns(neutral.messages.filter(({ role }) => role !== "system")),
    tools:
      neutral.tools.length === 0
        ? null
        : neutral.tools.map((tool) =>
            present({
              name: tool.name,
              description: tool.description,
              input_schema: tool.parameters ?? { type: "object", properties: {} },
              strict: tool.strict === true ? true : null,
            }),
          ),
    tool_choice: toolChoice(neutral),
    stop_sequences: neutral.stop.length === 0 ? null : neutral.stop,
    temperature: neutral.temperature === null ? null : Math.min(1, neutral.temperature),
    top_p: neutral.topP,
    output_config: outputConfig(neutral),
    stream: request.stream,
  });
}

/** Turns alternate here: neighbours of one side become one message, results of tools belong to the user. */
function turns(messages: readonly Message[]): readonly JsonObject[] {
  const joined: { role: string; content: JsonObject[] }[] = [];
  for (const { role, parts } of messages) {
    const side = role === "assistant" ? "assistant" : "user";
    const blocks = parts.flatMap(blockOf);
    if (blocks.length === 0) continue;
    const last = joined.at(-1);
    if (last?.role === side) last.content.push(...blocks);
    else joined.push({ role: side, content: blocks });
  }
  return joined;
}

function blockOf(part: Part): readonly JsonObject[] {
  switch (part.type) {
    case "text":
    case "refusal":
      return part.text === "" ? [] : [{ type: "text", text: part.text }];
    case "reasoning":
      // Thinking without its signature is refused, and no other dialect has one.
      return [];
    case "tool_call":
      return [{ type: "tool_use", id: part.id, name: part.name, input: inputOf(part.arguments) }];
    case "tool_result":
      return [
        {
          type: "tool_result",
          tool_use_id: part.toolCallId,
          content: part.text,
          ...(part.isError ? { is_error: true } : {}),
        },
      ];
    case "image":
      return [{ type: "image", source: { type: "base64", media_type: part.mediaType, data: part.data } }];
    default:
      return part satisfies never;
  }
}

function inputOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    return isJsonObject(value) ? value : { input: text };
  } catch {
    return { input: text };
  }
}

function toolChoice(neutral: NeutralRequest): JsonValue {
  const parallel = neutral.parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  const choice = neutral.toolChoice;
  if (choice === null) return neutral.parallelToolCalls === false ? { type: "auto", ...parallel } : null;
  switch (choice.type) {
    case "auto":
      return { type: "auto", ...parallel };
    case "required":
      return { type: "any", ...parallel };
    case "none":
      return { type: "none" };
    case "tool":
      return { type: "tool", name: choice.name, ...parallel };
    default:
      return choice satisfies never;
  }
}

function outputConfig({ responseFormat: format, reasoningEffort }: NeutralRequest): JsonValue {
  const config = present({
    format: format?.type === "json_schema" ? { type: "json_schema", schema: format.schema } : null,
    effort: effortOf(reasoningEffort),
  });
  return Object.keys(config).length === 0 ? null : config;
}

/** A model that is asked for no thought does not think; the least word for it is low.
 *  @see https://platform.claude.com/docs/en/build-with-claude/effort */
function effortOf(effort: string | null): string | null {
  if (effort === "none") return null;
  return effort === "minimal" ? "low" : effort;
}
