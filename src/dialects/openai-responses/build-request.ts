import { SluiceError } from "../../domain/errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { BuildOptions, BuiltRequest } from "../dialect.js";
import { listAt, stringAt } from "../json-place.js";
import { present } from "../present.js";
import type { CompletionRequest, Message, NeutralRequest, Part } from "../request.js";

/**
 * Writes the upstream request of the Responses API.
 * @throws SluiceError `invalid_request` with `previous_response_not_found` for a request that still names an
 * earlier turn.
 */
export function buildResponsesRequest(request: CompletionRequest, options: BuildOptions): BuiltRequest {
  const body = request.dialect === "openai-responses" ? sameDialect(request) : fromNeutral(request.neutral);
  const limit = options.maxTokens === null ? {} : { max_output_tokens: options.maxTokens };
  const stream = request.stream ? { stream: true, stream_options: { include_obfuscation: false } } : {};
  return {
    path: "/responses",
    body: JSON.stringify({ ...body, model: options.model, ...limit, store: false, ...stream }),
    headers: {},
  };
}

export function previousNotFound(field: string): SluiceError {
  const message =
    "The earlier response that this request goes on from is not known here; send the whole conversation.";
  return new SluiceError("invalid_request", message, { field, dialectCode: "previous_response_not_found" });
}

function sameDialect(request: CompletionRequest): JsonObject {
  if (request.previousResponseId !== null) throw previousNotFound("previous_response_id");
  const {
    previous_response_id: _previous,
    generate: _generate,
    // The gateway itself lets it run on: the provider would have to store the answer for that.
    background: _background,
    stream: _stream,
    stream_options: _options,
    ...rest
  } = request.native;
  const { input } = rest;
  return Array.isArray(input) ? { ...rest, input: forwardable(input) } : rest;
}

/**
 * Items as the provider takes them back without having stored anything. Reasoning whose seal was taken away,
 * since its text was masked, is left out, and the ids that tie what follows to it with it.
 */
function forwardable(input: readonly JsonValue[]): readonly JsonValue[] {
  const items: JsonValue[] = [];
  let untie = false;
  for (const item of input) {
    if (!isJsonObject(item)) continue;
    const type = stringAt(item, "type") ?? "message";
    if (type === "item_reference") throw previousNotFound("input");
    if (type === "reasoning") {
      untie = !returnable(item);
      if (!untie) items.push(item);
    } else if (type === "message") {
      if (stringAt(item, "role") !== "assistant") untie = false;
      items.push(withoutLogprobs(untie ? withoutId(item) : item));
    } else {
      items.push(untie ? withoutId(item) : item);
    }
  }
  return items;
}

function returnable(reasoning: JsonObject): boolean {
  return stringAt(reasoning, "encrypted_content") !== null || listAt(reasoning, "content").length > 0;
}

function withoutId(item: JsonObject): JsonObject {
  const { id: _, ...rest } = item;
  return rest;
}

/** Providers do not take them back, and they repeat text that a policy may have redacted. */
function withoutLogprobs(message: JsonObject): JsonObject {
  const { content } = message;
  if (!Array.isArray(content)) return message;
  const parts = content.map((part: JsonValue) => {
    if (!isJsonObject(part) || !("logprobs" in part)) return part;
    const { logprobs: _, ...rest } = part;
    return rest;
  });
  return { ...message, content: parts };
}

function fromNeutral(neutral: NeutralRequest): JsonObject {
  return present({
    input: neutral.messages.flatMap(itemsOf),
    tools: neutral.tools.length === 0 ? null : neutral.tools.map(toolOf),
    tool_choice: toolChoice(neutral),
    parallel_tool_calls: neutral.parallelToolCalls,
    temperature: neutral.temperature,
    top_p: neutral.topP,
    text: neutral.responseFormat === null ? null : { format: format(neutral.responseFormat) },
    reasoning: neutral.reasoningEffort === null ? null : { effort: neutral.reasoningEffort },
    include: neutral.logprobs ? ["message.output_text.logprobs"] : null,
    top_logprobs: neutral.topLogprobs,
  });
}

/** Calls and results are items of their own here, in the order in which they stand among the parts. */
function itemsOf(message: Message): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  const flush = () => {
    if (content.length === 0) return;
    const role = message.role === "tool" ? "user" : message.role;
    items.push({ type: "message", role, content });
    content = [];
  };
  for (const part of message.parts) {
    const item = itemOf(part);
    if (item === null) {
      const inner = contentOf(part, message.role === "assistant");
      if (inner !== null) content.push(inner);
    } else {
      flush();
      items.push(item);
    }
  }
  flush();
  return items;
}

function itemOf(part: Part): JsonObject | null {
  if (part.type === "tool_call") {
    return { type: "function_call", call_id: part.id, name: part.name, arguments: part.arguments };
  }
  if (part.type !== "tool_result") return null;
  return { type: "function_call_output", call_id: part.toolCallId, output: part.text };
}

function contentOf(part: Part, isAnswer: boolean): JsonObject | null {
  switch (part.type) {
    case "text":
      return isAnswer
        ? { type: "output_text", text: part.text, annotations: [] }
        : { type: "input_text", text: part.text };
    case "refusal":
      return { type: "refusal", refusal: part.text };
    case "image":
      return {
        type: "input_image",
        detail: "auto",
        image_url: `data:${part.mediaType};base64,${part.data}`,
      };
    // Reasoning without this provider's seal is refused; the turn can do without it.
    case "reasoning":
    case "tool_call":
    case "tool_result":
      return null;
    default:
      return part satisfies never;
  }
}

/** Strictness is on where a Responses request does not say, and off in every other dialect. */
function toolOf(tool: NeutralRequest["tools"][number]): JsonObject {
  return {
    type: "function",
    name: tool.name,
    ...(tool.description === null ? {} : { description: tool.description }),
    parameters: tool.parameters ?? { type: "object", properties: {} },
    strict: tool.strict ?? false,
  };
}

function toolChoice({ toolChoice: choice }: NeutralRequest): JsonValue {
  if (choice === null) return null;
  return choice.type === "tool" ? { type: "function", name: choice.name } : choice.type;
}

function format(format: NonNullable<NeutralRequest["responseFormat"]>): JsonObject {
  if (format.type !== "json_schema") return { type: format.type };
  const { type, name, schema, strict } = format;
  return present({ type, name, schema, strict });
}
