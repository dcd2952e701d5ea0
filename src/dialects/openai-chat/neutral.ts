import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { mapInSteps, type Steps } from "../../domain/pace.js";
import { booleanAt, listAt, numberAt, objectAt, objectsAt, stringAt } from "../json-place.js";
import type { Message, NeutralRequest, Part, ToolChoice, ToolDefinition } from "../request.js";

/** A chat request in terms that every dialect can express. The body has passed its shape. */
export function* neutralOf(body: JsonObject): Steps<NeutralRequest> {
  return {
    messages: yield* mapInSteps(objectsAt(body, "messages"), ([, message]) => messageOf(message)),
    tools: [
      ...objectsAt(body, "tools").flatMap(([, tool]) => toolOf(tool)),
      ...objectsAt(body, "functions").map(([, definition]) => functionOf(definition)),
    ],
    toolChoice: toolChoiceOf(body["tool_choice"] ?? body["function_call"]),
    parallelToolCalls: booleanAt(body, "parallel_tool_calls"),
    ...samplingOf(body),
    maxTokens: numberAt(body, "max_completion_tokens") ?? numberAt(body, "max_tokens"),
    responseFormat: responseFormatOf(objectAt(body, "response_format")),
    reasoningEffort: stringAt(body, "reasoning_effort"),
    logprobs: booleanAt(body, "logprobs") ?? false,
    topLogprobs: numberAt(body, "top_logprobs"),
  };
}

/** Parameters of both of OpenAI's older dialects. */
export function samplingOf(
  body: JsonObject,
): Pick<
  NeutralRequest,
  | "choices"
  | "temperature"
  | "topP"
  | "stop"
  | "seed"
  | "presencePenalty"
  | "frequencyPenalty"
  | "includeUsage"
> {
  const stop = body["stop"];
  const streamed = objectAt(body, "stream_options");
  return {
    choices: numberAt(body, "n") ?? 1,
    temperature: numberAt(body, "temperature"),
    topP: numberAt(body, "top_p"),
    stop: typeof stop === "string" ? [stop] : listAt(body, "stop").filter(isString),
    seed: numberAt(body, "seed"),
    presencePenalty: numberAt(body, "presence_penalty"),
    frequencyPenalty: numberAt(body, "frequency_penalty"),
    includeUsage: streamed !== null && booleanAt(streamed, "include_usage") === true,
  };
}

function messageOf(message: JsonObject): Message {
  const role = stringAt(message, "role") ?? "user";
  const parts = contentParts(message["content"]);
  switch (role) {
    case "system":
    case "developer":
      return { role: "system", parts };
    case "assistant":
      return { role: "assistant", parts: [...parts, ...refusalOf(message), ...callsOf(message)] };
    case "tool":
    case "function": {
      const id = stringAt(message, "tool_call_id") ?? stringAt(message, "name") ?? "";
      return {
        role: "tool",
        parts: [{ type: "tool_result", toolCallId: id, text: textOf(parts), isError: false }],
      };
    }
    default:
      return { role: "user", parts };
  }
}

function contentParts(content: JsonValue | undefined): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.filter(isJsonObject).flatMap((part): readonly Part[] => {
    const text = stringAt(part, "text");
    if (text !== null) return [{ type: "text", text }];
    const refusal = stringAt(part, "refusal");
    if (refusal !== null) return [{ type: "refusal", text: refusal }];
    const image = imageOf(objectAt(part, "image_url"));
    return image === null ? [] : [image];
  });
}

/** Only images that stand in the request itself can go to another dialect. */
function imageOf(image: JsonObject | null): Part | null {
  const url = image === null ? null : stringAt(image, "url");
  const comma = url?.indexOf(";base64,") ?? -1;
  if (url === null || !url.startsWith("data:") || comma < 0) return null;
  return { type: "image", mediaType: url.slice(5, comma), data: url.slice(comma + 8) };
}

function refusalOf(message: JsonObject): readonly Part[] {
  const refusal = stringAt(message, "refusal");
  return refusal === null || refusal === "" ? [] : [{ type: "refusal", text: refusal }];
}

function callsOf(message: JsonObject): readonly Part[] {
  const calls = objectsAt(message, "tool_calls").map(([index, call]): Part => {
    const called = objectAt(call, "function") ?? objectAt(call, "custom") ?? {};
    return {
      type: "tool_call",
      id: stringAt(call, "id") ?? `call_${index}`,
      name: stringAt(called, "name") ?? "",
      arguments: stringAt(called, "arguments") ?? stringAt(called, "input") ?? "",
    };
  });
  const single = objectAt(message, "function_call");
  if (single === null) return calls;
  const name = stringAt(single, "name") ?? "";
  return [...calls, { type: "tool_call", id: name, name, arguments: stringAt(single, "arguments") ?? "" }];
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function toolOf(tool: JsonObject): readonly ToolDefinition[] {
  const definition = objectAt(tool, "function");
  if (definition !== null) return [functionOf(definition)];
  const custom = objectAt(tool, "custom");
  return custom === null ? [] : [functionOf(custom)];
}

function functionOf(definition: JsonObject): ToolDefinition {
  return {
    name: stringAt(definition, "name") ?? "",
    description: stringAt(definition, "description"),
    parameters: objectAt(definition, "parameters"),
    strict: booleanAt(definition, "strict"),
  };
}

function toolChoiceOf(choice: JsonValue | undefined): ToolChoice | null {
  if (choice === "auto" || choice === "none" || choice === "required") return { type: choice };
  if (!isJsonObject(choice)) return null;
  const named = objectAt(choice, "function") ?? objectAt(choice, "custom") ?? choice;
  const name = stringAt(named, "name");
  return name === null ? null : { type: "tool", name };
}

function responseFormatOf(format: JsonObject | null): NeutralRequest["responseFormat"] {
  const type = format === null ? null : stringAt(format, "type");
  if (format === null || type === null) return null;
  if (type === "json_object") return { type };
  const schema = objectAt(format, "json_schema");
  if (type !== "json_schema" || schema === null) return { type: "text" };
  return {
    type,
    name: stringAt(schema, "name") ?? "answer",
    schema: objectAt(schema, "schema") ?? {},
    strict: booleanAt(schema, "strict"),
  };
}

function isString(value: JsonValue): value is string {
  return typeof value === "string";
}
