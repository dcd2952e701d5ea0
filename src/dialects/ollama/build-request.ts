import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { BuildOptions, BuiltRequest } from "../dialect.js";
import { samplingOf } from "../openai/sampling.js";
import { present } from "../present.js";
import type { CompletionRequest, Message, NeutralRequest, Part } from "../request.js";

/**
 * Writes the upstream request of Ollama's `/api/chat`.
 * @see https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export function buildOllamaRequest(request: CompletionRequest, options: BuildOptions): BuiltRequest {
  const { neutral, stream } = request;
  const body = present({
    model: options.model,
    messages: messagesOf(neutral.messages),
    tools:
      neutral.tools.length === 0 || neutral.toolChoice?.type === "none" ? null : neutral.tools.map(toolOf),
    stream,
    think: thinkOf(neutral.reasoningEffort),
    format: formatOf(neutral),
    options: optionsOf(neutral, options),
  });
  return { path: "/api/chat", body: JSON.stringify(body), headers: {} };
}

function messagesOf(messages: readonly Message[]): readonly JsonObject[] {
  const names = new Map<string, string>();
  return messages.flatMap((message) => {
    for (const part of message.parts) if (part.type === "tool_call") names.set(part.id, part.name);
    const results = message.parts.flatMap((part) =>
      part.type === "tool_result"
        ? [{ role: "tool", tool_name: names.get(part.toolCallId) ?? part.toolCallId, content: part.text }]
        : [],
    );
    const others = message.parts.filter((part) => part.type !== "tool_result");
    const role = message.role === "tool" ? "user" : message.role;
    return others.length === 0 ? results : [...results, { role, ...contentOf(others) }];
  });
}

function contentOf(parts: readonly Part[]): JsonObject {
  const texts = parts.flatMap((part) => (part.type === "text" || part.type === "refusal" ? [part.text] : []));
  const thoughts = parts.flatMap((part) => (part.type === "reasoning" ? [part.text] : []));
  const images = parts.flatMap((part) => (part.type === "image" ? [part.data] : []));
  const calls = parts.flatMap((part) =>
    part.type === "tool_call" ? [{ function: { name: part.name, arguments: objectOf(part.arguments) } }] : [],
  );
  return {
    content: texts.join("\n"),
    ...(thoughts.length === 0 ? {} : { thinking: thoughts.join("\n") }),
    ...(images.length === 0 ? {} : { images }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function objectOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : { input: text };
  } catch {
    return text === "" ? {} : { input: text };
  }
}

function toolOf(tool: NeutralRequest["tools"][number]): JsonObject {
  const { name, description, parameters } = tool;
  return { type: "function", function: present({ name, description, parameters: parameters ?? {} }) };
}

function formatOf({ responseFormat }: NeutralRequest): JsonValue {
  if (responseFormat === null || responseFormat.type === "text") return null;
  return responseFormat.type === "json_schema" ? responseFormat.schema : "json";
}

/** A switch for most models, a word for those that know degrees. */
function thinkOf(effort: string | null): JsonValue {
  if (effort === null) return null;
  if (effort === "none" || effort === "minimal") return false;
  return effort === "low" || effort === "medium" || effort === "high" ? effort : true;
}

function optionsOf(neutral: NeutralRequest, options: BuildOptions): JsonValue {
  const set = present({
    num_predict: options.maxTokens,
    ...samplingOf(neutral),
  });
  return Object.keys(set).length === 0 ? null : set;
}
