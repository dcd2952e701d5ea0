import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { mapInSteps, type Steps } from "../../domain/pace.js";
import { booleanAt, listAt, numberAt, objectAt, objectsAt, stringAt } from "../json-place.js";
import type { Message, NeutralRequest, Part, ToolChoice, ToolDefinition } from "../request.js";

/** A Responses request in terms that every dialect can express. The body has passed its shape. */
export function* neutralOf(body: JsonObject): Steps<NeutralRequest> {
  const text = objectAt(body, "text");
  const reasoning = objectAt(body, "reasoning");
  const include = listAt(body, "include");
  const messages = [...(yield* instructionsOf(body)), ...(yield* inputOf(body["input"]))];
  return {
    messages: joined(messages),
    tools: toolsOf(objectsAt(body, "tools").map(([, tool]) => tool)),
    toolChoice: toolChoiceOf(body["tool_choice"]),
    parallelToolCalls: booleanAt(body, "parallel_tool_calls"),
    maxTokens: numberAt(body, "max_output_tokens"),
    choices: 1,
    temperature: numberAt(body, "temperature"),
    topP: numberAt(body, "top_p"),
    stop: [],
    seed: null,
    presencePenalty: null,
    frequencyPenalty: null,
    responseFormat: formatOf(text === null ? null : objectAt(text, "format")),
    reasoningEffort: reasoning === null ? null : stringAt(reasoning, "effort"),
    logprobs: include.includes("message.output_text.logprobs") || (numberAt(body, "top_logprobs") ?? 0) > 0,
    topLogprobs: numberAt(body, "top_logprobs"),
    includeUsage: true,
  };
}

function* instructionsOf(body: JsonObject): Steps<readonly Message[]> {
  const { instructions } = body;
  if (typeof instructions !== "string") return yield* inputOf(instructions);
  return instructions === "" ? [] : [{ role: "system", parts: [{ type: "text", text: instructions }] }];
}

function* inputOf(input: JsonValue | undefined): Steps<readonly Message[]> {
  if (typeof input === "string") return [{ role: "user", parts: [{ type: "text", text: input }] }];
  if (!Array.isArray(input)) return [];
  return (yield* mapInSteps(input.filter(isJsonObject), messagesOf)).flat();
}

function messagesOf(item: JsonObject): readonly Message[] {
  switch (stringAt(item, "type") ?? "message") {
    case "message":
      return [{ role: messageRole(stringAt(item, "role")), parts: contentParts(item["content"]) }];
    case "function_call":
    case "custom_tool_call":
      return [{ role: "assistant", parts: [callOf(item)] }];
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ role: "tool", parts: resultOf(item) }];
    case "reasoning":
      return [{ role: "assistant", parts: reasoningOf(item) }];
    default:
      // Items of hosted tools belong to a provider and mean nothing to another.
      return [];
  }
}

function messageRole(role: string | null): Message["role"] {
  switch (role) {
    case "system":
    case "developer":
      return "system";
    case "assistant":
      return "assistant";
    default:
      return "user";
  }
}

function contentParts(content: JsonValue | undefined): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.filter(isJsonObject).flatMap((part): readonly Part[] => {
    const refusal = stringAt(part, "refusal");
    if (refusal !== null) return [{ type: "refusal", text: refusal }];
    const text = stringAt(part, "text");
    if (text !== null) return [{ type: "text", text }];
    const image = imageOf(stringAt(part, "image_url"));
    return image === null ? [] : [image];
  });
}

/** Only images that stand in the request itself can go to another dialect. */
function imageOf(url: string | null): Part | null {
  const comma = url?.indexOf(";base64,") ?? -1;
  if (url === null || !url.startsWith("data:") || comma < 0) return null;
  return { type: "image", mediaType: url.slice(5, comma), data: url.slice(comma + 8) };
}

function callOf(item: JsonObject): Part {
  return {
    type: "tool_call",
    id: stringAt(item, "call_id") ?? stringAt(item, "id") ?? "",
    name: stringAt(item, "name") ?? "",
    arguments: stringAt(item, "arguments") ?? stringAt(item, "input") ?? "",
  };
}

/** Pictures in a result stand beside it, where other dialects want them. */
function resultOf(item: JsonObject): readonly Part[] {
  const parts = contentParts(item["output"]);
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  const result: Part = {
    type: "tool_result",
    toolCallId: stringAt(item, "call_id") ?? "",
    text,
    isError: false,
  };
  return [result, ...parts.filter((part) => part.type === "image")];
}

function reasoningOf(item: JsonObject): readonly Part[] {
  const texts = [...objectsAt(item, "summary"), ...objectsAt(item, "content")].map(
    ([, part]) => stringAt(part, "text") ?? "",
  );
  const text = texts.filter((piece) => piece !== "").join("\n");
  return text === "" ? [] : [{ type: "reasoning", text, signature: null }];
}

/** What an assistant says in one turn, its calls included, is one message; so are the results of its calls. */
function joined(messages: readonly Message[]): readonly Message[] {
  const result: { readonly role: Message["role"]; readonly parts: Part[] }[] = [];
  for (const { role, parts } of messages) {
    const last = result.at(-1);
    if (parts.length === 0) continue;
    const joins = last?.role === role && (role === "assistant" || role === "tool");
    if (joins) for (const part of parts) last.parts.push(part);
    else result.push({ role, parts: [...parts] });
  }
  return result;
}

function toolsOf(tools: readonly JsonObject[]): readonly ToolDefinition[] {
  return tools.flatMap((tool): readonly ToolDefinition[] => {
    const type = stringAt(tool, "type");
    if (type === "namespace") return toolsOf(objectsAt(tool, "tools").map(([, inner]) => inner));
    if (type !== "function" && type !== "custom") return [];
    return [
      {
        name: stringAt(tool, "name") ?? "",
        description: stringAt(tool, "description"),
        parameters: objectAt(tool, "parameters"),
        strict: booleanAt(tool, "strict"),
      },
    ];
  });
}

function toolChoiceOf(choice: JsonValue | undefined): ToolChoice | null {
  if (choice === "auto" || choice === "none" || choice === "required") return { type: choice };
  if (!isJsonObject(choice)) return null;
  const name = stringAt(choice, "name");
  return name === null ? null : { type: "tool", name };
}

function formatOf(format: JsonObject | null): NeutralRequest["responseFormat"] {
  const type = format === null ? null : stringAt(format, "type");
  if (format === null || type === null) return null;
  if (type === "json_object") return { type };
  if (type !== "json_schema") return { type: "text" };
  return {
    type,
    name: stringAt(format, "name") ?? "answer",
    schema: objectAt(format, "schema") ?? {},
    strict: booleanAt(format, "strict"),
  };
}
