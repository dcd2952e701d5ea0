import type { JsonObject } from "../../domain/json.js";
import { atOnce, mapInSteps, type Steps } from "../../domain/pace.js";
import type { RequestFeature } from "../../domain/prompt.js";
import type { CompletionRequest, Message, NeutralRequest, ToolChoice, ToolDefinition } from "../request.js";
import { invalid } from "../request-shape.js";
import { Fields } from "./fields.js";
import { LIMITS } from "./limits.js";
import { type MessageContext, parseMessage } from "./message.js";
import { SegmentList } from "./segment-list.js";

const KEYS = [
  "model",
  "messages",
  "tools",
  "toolChoice",
  "parallelToolCalls",
  "maxTokens",
  "choices",
  "temperature",
  "topP",
  "stop",
  "seed",
  "presencePenalty",
  "frequencyPenalty",
  "responseFormat",
  "reasoningEffort",
  "logprobs",
  "topLogprobs",
  "labels",
  "resumable",
  "idempotencyKey",
];

/**
 * Reads a `sluice.v1.CompleteRequest` in the proto's JSON mapping (lowerCamelCase).
 * @throws SluiceError `invalid_request` naming the field, `too_large` for a count or length over its limit.
 */
export function parseSluice(body: JsonObject): CompletionRequest {
  return atOnce(sluiceSteps(body));
}

/** The same in steps. */
export function* sluiceSteps(body: JsonObject): Steps<CompletionRequest> {
  const fields = new Fields(body, [], KEYS);
  const segments = new SegmentList();
  const features = new Set<RequestFeature>();
  const model = fields.required("model", LIMITS.name);
  const messages = yield* readMessages(fields, { segments, features });
  const tools = yield* readTools(fields, messages.length, segments);
  const parameters = messages.length + tools.length;
  const neutral: NeutralRequest = {
    messages,
    tools,
    toolChoice: readToolChoice(fields, tools),
    parallelToolCalls: fields.flag("parallelToolCalls"),
    maxTokens: fields.integer("maxTokens", 1, 0xffffffff),
    choices: fields.integer("choices", 0, LIMITS.choices) || 1,
    temperature: fields.number("temperature", 0, 2),
    topP: fields.number("topP", 0, 1),
    stop: readStop(fields, parameters, segments),
    seed: fields.integer("seed", -0x80000000, 0x7fffffff),
    presencePenalty: fields.number("presencePenalty", -2, 2),
    frequencyPenalty: fields.number("frequencyPenalty", -2, 2),
    responseFormat: readResponseFormat(fields, parameters, segments),
    reasoningEffort: fields.text("reasoningEffort", 64) || null,
    logprobs: fields.flag("logprobs") ?? false,
    topLogprobs: fields.integer("topLogprobs", 0, 20),
    includeUsage: true,
  };
  segments.add("parameter", parameters, neutral.reasoningEffort ?? "", ["reasoningEffort"]);
  fields.flag("resumable");
  fields.text("idempotencyKey", LIMITS.idempotencyKey);
  return {
    dialect: "sluice",
    operation: "generate",
    model,
    stream: true,
    native: body,
    neutral,
    segments: segments.all(),
    features: [...features],
    labels: readLabels(fields),
    headers: {},
    previousResponseId: null,
  };
}

/** What a front end needs of a request beside asking the model. */
export interface SluiceCallOptions {
  /** The session runs on for a grace after the connection is lost. */
  readonly resumable: boolean;
  /** Two requests with one key are one; null: none was given. */
  readonly idempotencyKey: string | null;
}

export function sluiceCallOptions(request: CompletionRequest): SluiceCallOptions {
  const { native } = request;
  const key = native["idempotencyKey"];
  return {
    resumable: native["resumable"] === true,
    idempotencyKey: typeof key === "string" && key !== "" ? key : null,
  };
}

function* readMessages(
  fields: Fields,
  found: Pick<MessageContext, "segments" | "features">,
): Steps<readonly Message[]> {
  const list = fields.list("messages", LIMITS.messages);
  if (list.length === 0) throw invalid(fields.at("messages"), "is missing or empty");
  const messages: Message[] = [];
  for (const [index, value] of list.entries()) {
    const path = [...fields.at("messages"), index];
    messages.push(yield* parseMessage(value, { path, index, ...found }));
  }
  return messages;
}

function readTools(
  fields: Fields,
  firstNumber: number,
  segments: SegmentList,
): Steps<readonly ToolDefinition[]> {
  return mapInSteps(fields.list("tools", LIMITS.tools), (value, index) => {
    const path = [...fields.at("tools"), index];
    const tool = new Fields(value, path, ["name", "description", "parametersJson", "strict"]);
    const number = firstNumber + index;
    const name = tool.required("name", LIMITS.name);
    segments.add("definition", number, name, tool.at("name"));
    segments.add("definition", number, tool.text("description"), tool.at("description"));
    segments.add("definition", number, tool.text("parametersJson"), tool.at("parametersJson"), "json");
    return {
      name,
      description: tool.text("description") || null,
      parameters: tool.jsonObject("parametersJson"),
      strict: tool.flag("strict"),
    };
  });
}

function readToolChoice(fields: Fields, tools: readonly ToolDefinition[]): ToolChoice | null {
  const choice = fields.message("toolChoice", ["mode", "name"]);
  if (choice === null) return null;
  const mode = choice.word("mode", ["auto", "none", "required", "tool"]);
  const name = choice.text("name", LIMITS.name);
  if (mode === "tool" || (mode === null && name !== "")) {
    if (name === "") throw invalid(choice.at("name"), "is missing, since mode is `tool`");
    if (!tools.some((tool) => tool.name === name))
      throw invalid(choice.at("name"), "names no tool of this request");
    return { type: "tool", name };
  }
  if (name !== "") throw invalid(choice.at("name"), "goes with mode `tool` only");
  return mode === null ? null : { type: mode };
}

function readStop(fields: Fields, message: number, segments: SegmentList): readonly string[] {
  return fields.list("stop", LIMITS.stop).map((value, index) => {
    const path = [...fields.at("stop"), index];
    if (typeof value !== "string" || value === "") throw invalid(path, "must be a string that is not empty");
    if (value.length > LIMITS.stopLength)
      throw invalid(path, `is longer than ${LIMITS.stopLength} characters`);
    segments.add("parameter", message, value, path);
    return value;
  });
}

function readResponseFormat(
  fields: Fields,
  message: number,
  segments: SegmentList,
): NeutralRequest["responseFormat"] {
  const format = fields.message("responseFormat", ["type", "name", "schemaJson", "strict"]);
  if (format === null) return null;
  const type = format.word("type", ["text", "json_object", "json_schema"]);
  if (type !== "json_schema") {
    const stray = ["name", "schemaJson", "strict"].find((key) => format.isSet(key));
    if (stray !== undefined) throw invalid(format.at(stray), "goes with type `json_schema` only");
    return type === null ? null : { type };
  }
  const name = format.required("name", LIMITS.name);
  const schema = format.jsonObject("schemaJson");
  if (schema === null) throw invalid(format.at("schemaJson"), "is missing, since type is `json_schema`");
  segments.add("parameter", message, name, format.at("name"));
  segments.add("parameter", message, format.text("schemaJson"), format.at("schemaJson"), "json");
  return { type, name, schema, strict: format.flag("strict") };
}

function readLabels(fields: Fields): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const [index, value] of fields.list("labels", LIMITS.labels).entries()) {
    const label = new Fields(value, [...fields.at("labels"), index], ["key", "value"]);
    const key = label.required("key", LIMITS.labelKey);
    if (labels.has(key)) throw invalid(label.at("key"), "occurs twice");
    labels.set(key, label.text("value", LIMITS.labelValue));
  }
  // Entries and not assignments, so that a label named `__proto__` is one like every other.
  return Object.fromEntries(labels);
}
