import type { Channel } from "../../domain/channel.js";
import type { Entry } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { PlainEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { LogTexts } from "../log-texts.js";
import type { CompletionRequest } from "../request.js";
import { blockTextFor, nativeFinish } from "./blocks.js";
import { usageBody } from "./usage-body.js";

/** Gathers a log into one Anthropic message. */
export class MessagesPlainEncoder implements PlainEncoder {
  readonly #texts = new LogTexts(new LogReader("anthropic-messages"));
  readonly #isCount: boolean;

  /** `operation` of the request; null where that is no longer known. */
  constructor(operation: CompletionRequest["operation"] | null) {
    this.#isCount = operation === "count_tokens";
  }

  add(entry: Entry): void {
    this.#texts.add(entry);
  }

  body(): JsonObject {
    const body = this.#texts.body();
    if (body !== null && typeof body["input_tokens"] === "number") return body;
    // A log of a streamed answer holds events; only a plain one ends with a message.
    if (body !== null && Array.isArray(body["content"])) {
      return { ...body, content: body["content"].map(withInput) };
    }
    const { log } = this.#texts;
    if (this.#isCount) return { input_tokens: log.usage?.promptTokens ?? 0 };
    const finish = log.choices.find(({ index }) => index === 0)?.finish;
    return {
      id: `msg_${log.session}`,
      type: "message",
      role: "assistant",
      model: log.model,
      content: this.#texts.ofChoice(0).flatMap(({ channel, text }) => blockOf(channel, text)),
      stop_reason: nativeFinish(finish?.reason ?? "stop"),
      stop_sequence: null,
      usage: usageBody(log.usage),
    };
  }
}

function blockOf(channel: Channel, text: string): readonly JsonObject[] {
  const form = blockTextFor(channel);
  if (form === null) return [];
  if (form.blockField === "thinking") return [{ type: "thinking", thinking: text, signature: "" }];
  if (form.blockField === "text") return [{ type: "text", text }];
  const id = channel.toolCallId || `toolu_${channel.id}`;
  return [{ type: "tool_use", id, name: channel.toolName ?? "", input: inputOf(text) }];
}

function withInput(block: JsonValue): JsonValue {
  if (!isJsonObject(block) || typeof block["input"] !== "string") return block;
  return { ...block, input: inputOf(block["input"]) };
}

/** Arguments that do not parse are kept as they are, under a key of their own. */
function inputOf(text: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text === "" ? "{}" : text);
    return isJsonObject(value) ? value : { arguments: text };
  } catch {
    return { arguments: text };
  }
}
