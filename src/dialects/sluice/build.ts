import type { JsonObject, JsonValue } from "../../domain/json.js";
import type { Message, NeutralRequest, Part } from "../request.js";

/**
 * Writes a request of any dialect as a `sluice.v1.CompleteRequest` in the proto's JSON mapping. What is
 * absent or has its default is left out, so that reading it again gives the same neutral request.
 */
export function buildSluice(request: NeutralRequest, model: string): JsonObject {
  return withoutDefaults({
    model,
    messages: request.messages.map(writeMessage),
    tools: request.tools.map((tool) =>
      withoutDefaults({
        name: tool.name,
        description: tool.description,
        parametersJson: tool.parameters === null ? null : JSON.stringify(tool.parameters),
        strict: tool.strict,
      }),
    ),
    toolChoice: writeToolChoice(request),
    parallelToolCalls: request.parallelToolCalls,
    maxTokens: request.maxTokens,
    choices: request.choices === 1 ? null : request.choices,
    temperature: request.temperature,
    topP: request.topP,
    stop: request.stop,
    seed: request.seed,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    responseFormat: writeResponseFormat(request),
    reasoningEffort: request.reasoningEffort,
    logprobs: request.logprobs ? true : null,
    topLogprobs: request.topLogprobs,
  });
}

function writeMessage(message: Message): JsonObject {
  return { role: message.role, parts: message.parts.map(writePart) };
}

function writePart(part: Part): JsonObject {
  switch (part.type) {
    case "text":
      return { text: part.text };
    case "refusal":
      return { refusal: part.text };
    case "reasoning":
      return { reasoning: withoutDefaults({ text: part.text, signature: part.signature }) };
    case "tool_call":
      return { toolCall: withoutDefaults({ id: part.id, name: part.name, arguments: part.arguments }) };
    case "tool_result": {
      const isError = part.isError ? true : null;
      return { toolResult: withoutDefaults({ toolCallId: part.toolCallId, text: part.text, isError }) };
    }
    case "image":
      return { image: { mediaType: part.mediaType, data: part.data } };
  }
}

function writeToolChoice({ toolChoice }: NeutralRequest): JsonObject | null {
  if (toolChoice === null) return null;
  return toolChoice.type === "tool" ? { mode: "tool", name: toolChoice.name } : { mode: toolChoice.type };
}

function writeResponseFormat({ responseFormat }: NeutralRequest): JsonObject | null {
  if (responseFormat === null || responseFormat.type !== "json_schema") return responseFormat;
  const { type, name, schema, strict } = responseFormat;
  return withoutDefaults({ type, name, schemaJson: JSON.stringify(schema), strict });
}

function withoutDefaults(object: Readonly<Record<string, JsonValue>>): JsonObject {
  const written = Object.entries(object).filter(([, value]) => {
    return value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
  });
  return Object.fromEntries(written);
}
