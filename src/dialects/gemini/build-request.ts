import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { BuildOptions, BuiltRequest } from "../dialect.js";
import { present } from "../present.js";
import type { CompletionRequest, Message, NeutralRequest, Part } from "../request.js";
import { NO_SIGNATURE } from "./no-signature.js";

/** Writes the upstream request of Gemini's `generateContent`. */
export function buildGeminiRequest(request: CompletionRequest, options: BuildOptions): BuiltRequest {
  const model = encodeURIComponent(options.model);
  const method = request.stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    path: `/models/${model}:${method}`,
    body: JSON.stringify(bodyOf(request.neutral, options)),
    headers: {},
  };
}

function bodyOf(neutral: NeutralRequest, options: BuildOptions): JsonObject {
  const system = neutral.messages.filter(({ role }) => role === "system").flatMap(textsOf);
  return present({
    contents: contentsOf(neutral.messages, options.model),
    systemInstruction: system.length === 0 ? null : { parts: system },
    tools: neutral.tools.length === 0 ? null : [{ functionDeclarations: neutral.tools.map(toolOf) }],
    toolConfig: toolConfig(neutral),
    generationConfig: generationConfig(neutral, options),
  });
}

function textsOf({ parts }: Message): readonly JsonObject[] {
  return parts.flatMap((part) => (part.type === "text" ? [{ text: part.text }] : []));
}

/** Turns follow each other in pairs here, so that neighbours of one role are one turn. */
function contentsOf(messages: readonly Message[], model: string): readonly JsonObject[] {
  const names = new Map<string, string>();
  const turns: { readonly role: string; readonly parts: JsonObject[] }[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "model" : "user";
    const parts = partsOf(message, { names, signed: /gemini-(?:[3-9]|\d\d)/.test(model) });
    const last = turns.at(-1);
    if (parts.length === 0) continue;
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts: [...parts] });
  }
  return turns;
}

function partsOf(
  message: Message,
  about: { readonly names: Map<string, string>; readonly signed: boolean },
): readonly JsonObject[] {
  let isFirstCall = true;
  return message.parts.flatMap((part): readonly JsonObject[] => {
    if (part.type !== "tool_call") return partOf(part, about.names);
    about.names.set(part.id, part.name);
    const signature = about.signed && isFirstCall ? { thoughtSignature: NO_SIGNATURE } : {};
    isFirstCall = false;
    return [{ functionCall: { name: part.name, args: objectOf(part.arguments) }, ...signature }];
  });
}

function partOf(part: Part, names: ReadonlyMap<string, string>): readonly JsonObject[] {
  switch (part.type) {
    case "text":
    case "refusal":
      return part.text === "" ? [] : [{ text: part.text }];
    case "tool_result": {
      const response = part.isError ? { error: part.text } : resultOf(part.text);
      return [{ functionResponse: { name: names.get(part.toolCallId) ?? part.toolCallId, response } }];
    }
    case "image":
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
    // Thoughts are the provider's own and are not taken back.
    case "reasoning":
    case "tool_call":
      return [];
    default:
      return part satisfies never;
  }
}

/** Arguments are an object here. */
function objectOf(text: string): JsonObject {
  const value = parsed(text);
  return isJsonObject(value) ? value : text === "" ? {} : { input: text };
}

function resultOf(text: string): JsonObject {
  const value = parsed(text);
  return isJsonObject(value) ? value : { result: text };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toolOf(tool: NeutralRequest["tools"][number]): JsonObject {
  return present({ name: tool.name, description: tool.description, parametersJsonSchema: tool.parameters });
}

function toolConfig({ toolChoice }: NeutralRequest): JsonValue {
  if (toolChoice === null) return null;
  switch (toolChoice.type) {
    case "auto":
      return { functionCallingConfig: { mode: "AUTO" } };
    case "none":
      return { functionCallingConfig: { mode: "NONE" } };
    case "required":
      return { functionCallingConfig: { mode: "ANY" } };
    case "tool":
      return { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [toolChoice.name] } };
    default:
      return toolChoice satisfies never;
  }
}

function generationConfig(neutral: NeutralRequest, options: BuildOptions): JsonValue {
  const format = neutral.responseFormat;
  const isJson = format !== null && format.type !== "text";
  const config = present({
    maxOutputTokens: options.maxTokens,
    temperature: neutral.temperature,
    topP: neutral.topP,
    stopSequences: neutral.stop.length === 0 ? null : neutral.stop,
    seed: neutral.seed,
    presencePenalty: neutral.presencePenalty,
    frequencyPenalty: neutral.frequencyPenalty,
    candidateCount: neutral.choices > 1 ? neutral.choices : null,
    responseMimeType: isJson ? "application/json" : null,
    responseJsonSchema: format?.type === "json_schema" ? format.schema : null,
    thinkingConfig: thinkingConfig(neutral.reasoningEffort, options.model),
  });
  return Object.keys(config).length === 0 ? null : config;
}

/** Tokens for thought, where the model wants a number: what the provider itself puts for these words. */
const BUDGETS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
};

function thinkingConfig(effort: string | null, model: string): JsonValue {
  if (effort === null) return null;
  if (/gemini-(?:[3-9]|\d\d)/.test(model)) {
    return { includeThoughts: true, thinkingLevel: effort === "none" ? "minimal" : effort };
  }
  const budget = Object.hasOwn(BUDGETS, effort) ? BUDGETS[effort] : undefined;
  return { includeThoughts: effort !== "none", ...(budget === undefined ? {} : { thinkingBudget: budget }) };
}
