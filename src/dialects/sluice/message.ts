import type { JsonPath, JsonValue } from "../../domain/json.js";
import { mapInSteps, type Steps } from "../../domain/pace.js";
import type { PromptRole, RequestFeature } from "../../domain/prompt.js";
import type { Message, Part } from "../request.js";
import { invalid } from "../request-shape.js";
import { Fields } from "./fields.js";
import { LIMITS } from "./limits.js";
import type { SegmentList } from "./segment-list.js";

export interface MessageContext {
  readonly path: JsonPath;
  readonly index: number;
  readonly segments: SegmentList;
  readonly features: Set<RequestFeature>;
}

const ROLES = ["system", "user", "assistant", "tool"] as const;
const PARTS = ["text", "reasoning", "toolCall", "toolResult", "image", "refusal"] as const;

/** Which parts a role may hold: what a model said comes from an assistant, what a tool said from a tool. */
const ALLOWED: Readonly<Record<Message["role"], readonly (typeof PARTS)[number][]>> = {
  system: ["text"],
  user: ["text", "image", "toolResult"],
  assistant: ["text", "reasoning", "toolCall", "refusal"],
  tool: ["text", "image", "toolResult"],
};

export function* parseMessage(value: JsonValue, context: MessageContext): Steps<Message> {
  const fields = new Fields(value, context.path, ["role", "parts"]);
  const role = fields.word("role", ROLES);
  if (role === null) throw invalid(fields.at("role"), `is missing; one of ${ROLES.join(", ")}`);
  const list = fields.list("parts", LIMITS.parts);
  if (list.length === 0) throw invalid(fields.at("parts"), "is missing or empty");
  const parts = yield* mapInSteps(list, (part, index) =>
    parsePart(part, [...fields.at("parts"), index], role, context),
  );
  return { role, parts };
}

function parsePart(
  value: JsonValue,
  path: JsonPath,
  ...[role, context]: [Message["role"], MessageContext]
): Part {
  const fields = new Fields(value, path, PARTS);
  const present = PARTS.filter((key) => fields.has(key));
  const [kind] = present;
  if (kind === undefined || present.length > 1) {
    throw invalid(path, `must hold exactly one of ${PARTS.join(", ")}`);
  }
  if (!ALLOWED[role].includes(kind))
    throw invalid(fields.at(kind), `does not go into a message of role ${role}`);
  const add = (at: JsonPath, text: string, syntax: "text" | "json" = "text") =>
    context.segments.add(segmentRole(role, kind), context.index, text, at, syntax);
  switch (kind) {
    case "text":
    case "refusal": {
      const text = fields.text(kind);
      add(fields.at(kind), text);
      return { type: kind, text };
    }
    case "reasoning":
      return parseReasoning(fields, add);
    case "toolCall":
      return parseToolCall(fields, add);
    case "toolResult":
      return parseToolResult(fields, add);
    case "image":
      context.features.add("images");
      return parseImage(fields);
  }
}

type Add = (at: JsonPath, text: string, syntax?: "text" | "json") => void;

function segmentRole(role: Message["role"], kind: (typeof PARTS)[number]): PromptRole {
  return kind === "toolResult" ? "tool" : role;
}

function inner(fields: Fields, key: string, known: readonly string[]): Fields {
  const found = fields.message(key, known);
  if (found === null) throw invalid(fields.at(key), "is missing");
  return found;
}

function parseReasoning(fields: Fields, add: Add): Part {
  const reasoning = inner(fields, "reasoning", ["text", "signature"]);
  const text = reasoning.text("text");
  add(reasoning.at("text"), text);
  // The seal is the provider's and opaque: changed in one byte, the provider refuses the conversation.
  return { type: "reasoning", text, signature: reasoning.text("signature") || null };
}

function parseToolCall(fields: Fields, add: Add): Part {
  const call = inner(fields, "toolCall", ["id", "name", "arguments"]);
  const id = call.required("id", LIMITS.name);
  const name = call.required("name", LIMITS.name);
  const args = call.text("arguments");
  add(call.at("id"), id);
  add(call.at("name"), name);
  add(call.at("arguments"), args, "json");
  return { type: "tool_call", id, name, arguments: args };
}

function parseToolResult(fields: Fields, add: Add): Part {
  const result = inner(fields, "toolResult", ["toolCallId", "text", "isError"]);
  const toolCallId = result.required("toolCallId", LIMITS.name);
  const text = result.text("text");
  add(result.at("toolCallId"), toolCallId);
  add(result.at("text"), text);
  return { type: "tool_result", toolCallId, text, isError: result.flag("isError") ?? false };
}

function parseImage(fields: Fields): Part {
  const image = inner(fields, "image", ["mediaType", "data"]);
  const mediaType = image.required("mediaType", LIMITS.name);
  if (!/^image\/[a-z0-9.+-]+$/.test(mediaType))
    throw invalid(image.at("mediaType"), "is not an image's media type");
  const data = image.required("data");
  if (!isBase64(data)) throw invalid(image.at("data"), "is not base64");
  return { type: "image", mediaType, data };
}

/** @see RFC 4648 section 4 */
function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
