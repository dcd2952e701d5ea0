import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import { mapInSteps, type Steps } from "../../domain/pace.js";
import { booleanAt, listAt, numberAt, objectAt, objectsAt, stringAt } from "../json-place.js";
import type { Message, NeutralRequest, Part, ToolChoice, ToolDefinition } from "../request.js";

/** An Anthropic request in terms that every dialect can express. The body has passed its shape. */
export function* neutralOf(body: JsonObject): Steps<NeutralRequest> {
  const system = partsOf(body["system"]);
  const choice = objectAt(body, "tool_choice");
  const parallel = choice === null ? null : booleanAt(choice, "disable_parallel_tool_use");
  const config = objectAt(body, "output_config");
  const messages = yield* mapInSteps(objectsAt(body, "messages"), ([, message]) => messageOf(message));
  return {
    messages: system.length === 0 ? messages : [{ role: "system", parts: system }, ...messages],
    tools: objectsAt(body, "tools").flatMap(([, tool]) => toolOf(tool)),
    toolChoice: toolChoiceOf(choice),
    parallelToolCalls: parallel === null ? null : !parallel,
    maxTokens: numberAt(body, "max_tokens"),
    choices: 1,
    temperature: numberAt(body, "temperature"),
    topP: numberAt(body, "top_p"),
    stop: listAt(body, "stop_sequences").filter((entry) => typeof entry === "string"),
    seed: null,
    presencePenalty: null,
    frequencyPenalty: null,
    responseFormat: formatOf(
      (config === null ? null : objectAt(config, "format")) ?? objectAt(body, "output_format"),
    ),
    reasoningEffort: effortOf(body, config),
    logprobs: false,
    topLogprobs: null,
    includeUsage: true,
  };
}

/** A budget for thought in the words that others have for it; where the request says how much effort, that counts. */
function effortOf(body: JsonObject, config: JsonObject | null): string | null {
  const effort = config === null ? null : stringAt(config, "effort");
  const thinking = objectAt(body, "thinking");
  const budget = thinking === null ? null : numberAt(thinking, "budget_tokens");
  if (effort !== null || budget === null) return effort;
  if (budget <= 2048) return "low";
  return budget <= 12_288 ? "medium" : "high";
}

function messageOf(message: JsonObject): Message {
  const role = stringAt(message, "role");
  return {
    role: role === "assistant" || role === "system" ? role : "user",
    parts: partsOf(message["content"]),
  };
}

function partsOf(content: JsonValue | undefined): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return Array.isArray(content) ? content.filter(isJsonObject).flatMap(partOf) : [];
}

function partOf(block: JsonObject): readonly Part[] {
  switch (stringAt(block, "type")) {
    case "text":
      return [{ type: "text", text: stringAt(block, "text") ?? "" }];
    case "thinking":
      return [
        {
          type: "reasoning",
          text: stringAt(block, "thinking") ?? "",
          signature: stringAt(block, "signature"),
        },
      ];
    case "tool_use":
      return [
        {
          type: "tool_call",
          id: stringAt(block, "id") ?? "",
          name: stringAt(block, "name") ?? "",
          arguments: JSON.stringify(block["input"] ?? {}),
        },
      ];
    case "tool_result":
      return [
        {
          type: "tool_result",
          toolCallId: stringAt(block, "tool_use_id") ?? "",
          text: textOf(block["content"]),
          isError: booleanAt(block, "is_error") ?? false,
        },
        // Pictures in a result stand beside it, where other dialects want them.
        ...partsOf(block["content"]).filter(({ type }) => type === "image"),
      ];
    case "image":
      return imageOf(objectAt(block, "source"));
    case "document":
      return [
        {
          type: "text",
          text: textOf(objectAt(block, "source")?.["data"] ?? objectAt(block, "source")?.["content"]),
        },
      ];
    case "search_result":
      return [{ type: "text", text: textOf(block["content"]) }];
    default:
      return [];
  }
}

function textOf(content: JsonValue | undefined): string {
  return partsOf(content)
    .map((part) => (part.type === "text" ? part.text : ""))
    .join("");
}

function imageOf(source: JsonObject | null): readonly Part[] {
  const data = source === null ? null : stringAt(source, "data");
  if (source === null || data === null) return [];
  return [{ type: "image", mediaType: stringAt(source, "media_type") ?? "image/png", data }];
}

/** Tools of the provider's own have no definition that another dialect could carry. */
function toolOf(tool: JsonObject): readonly ToolDefinition[] {
  const parameters = objectAt(tool, "input_schema");
  if (parameters === null) return [];
  return [
    {
      name: stringAt(tool, "name") ?? "",
      description: stringAt(tool, "description"),
      parameters,
      strict: booleanAt(tool, "strict"),
    },
  ];
}

function toolChoiceOf(choice: JsonObject | null): ToolChoice | null {
  switch (choice === null ? null : stringAt(choice, "type")) {
    case "auto":
      return { type: "auto" };
    case "none":
      return { type: "none" };
    case "any":
      return { type: "required" };
    case "tool":
      return { type: "tool", name: stringAt(choice ?? {}, "name") ?? "" };
    default:
      return null;
  }
}

function formatOf(format: JsonObject | null): NeutralRequest["responseFormat"] {
  const schema = format === null ? null : objectAt(format, "schema");
  if (schema === null) return null;
  return { type: "json_schema", name: "answer", schema, strict: true };
}
