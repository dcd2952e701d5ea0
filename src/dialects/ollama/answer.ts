import type { ChannelKind } from "../../domain/channel.js";
import type { FinishReason, OutputItem, Usage } from "../../domain/entry.js";
import { isJsonObject, type JsonObject } from "../../domain/json.js";
import { broken } from "../broken.js";
import { type ChannelShape, ChannelTable } from "../channel-table.js";
import { output, reportedError } from "../decoded.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { checkDepth } from "../json-depth.js";
import { numberAt, objectAt, objectsAt, stringAt } from "../json-place.js";

/**
 * Reads the lines of one answer of Ollama's `/api/chat`, and of `/api/generate`, whose text stands in `response`.
 * No caller speaks this dialect, so nothing of the native lines is kept; `context` is the whole
 * conversation in token numbers and ends here.
 */
export class OllamaAnswer {
  readonly #table: ChannelTable;
  readonly #jsonText: boolean;
  readonly #depth: number;
  #calls = 0;
  #state: "new" | "open" | "finished" | "failed" = "new";

  constructor(options: DecoderOptions) {
    this.#table = new ChannelTable(options.limits.channels);
    this.#depth = options.limits.jsonDepth;
    const format = options.request.neutral.responseFormat?.type;
    this.#jsonText = format === "json_object" || format === "json_schema";
  }

  take(value: JsonObject): readonly DecodedEvent[] {
    if (this.#state === "failed") return [];
    if (this.#state === "finished") throw broken("it goes on after its end");
    const error = value["error"];
    if (error !== undefined && error !== null) {
      this.#state = "failed";
      return [{ type: "failed", error: reportedError(isJsonObject(error) ? error : {}) }];
    }
    const events: DecodedEvent[] = [];
    if (this.#state === "new") events.push(output([messageOf(value)]));
    this.#state = "open";
    this.#texts(value, events);
    if (value["done"] === true) this.#finish(value, events);
    return events;
  }

  #texts(value: JsonObject, events: DecodedEvent[]): void {
    const message = objectAt(value, "message") ?? value;
    this.#say("reasoning", stringAt(message, "thinking") ?? "", events);
    this.#say("text", stringAt(message, "content") ?? stringAt(value, "response") ?? "", events);
    for (const [, call] of objectsAt(message, "tool_calls")) this.#call(call, events);
  }

  #say(kind: ChannelKind, text: string, events: DecodedEvent[]): void {
    if (text === "") return;
    const syntax = kind === "text" && this.#jsonText ? "json" : "text";
    const channel =
      this.#table.get(kind) ??
      this.#open(kind, { kind, choice: 0, index: 0, toolCallId: null, toolName: null, syntax }, events);
    events.push({ type: "delta", channel, text, template: null, logprobs: null });
  }

  /** A call comes whole; its arguments are an object. */
  #call(call: JsonObject, events: DecodedEvent[]): void {
    const called = objectAt(call, "function") ?? {};
    const index = this.#calls++;
    const channel = this.#open(
      `call.${index}`,
      {
        kind: "tool_arguments",
        choice: 0,
        index,
        toolCallId: stringAt(call, "id") ?? `call_${index}`,
        toolName: stringAt(called, "name") ?? "",
        syntax: "json",
      },
      events,
    );
    const args = called["arguments"] ?? {};
    checkDepth(args, this.#depth);
    const text = typeof args === "string" ? args : JSON.stringify(args);
    if (text !== "") events.push({ type: "delta", channel, text, template: null, logprobs: null });
    events.push(output([{ type: "channel_closed", channel: channel.id }], { flush: [channel.id] }));
  }

  #open(key: string, shape: ChannelShape, events: DecodedEvent[]) {
    const channel = this.#table.add(key, shape);
    events.push(output([{ type: "channel", channel }]));
    return channel;
  }

  #finish(value: JsonObject, events: DecodedEvent[]): void {
    this.#state = "finished";
    const native = stringAt(value, "done_reason") ?? "stop";
    const items: OutputItem[] = [
      { type: "finish", choice: 0, reason: finishOf(native, this.#calls > 0), native },
      { type: "usage", usage: usageOf(value) },
    ];
    events.push(output(items, { flush: "all" }), { type: "finished" });
  }
}

function messageOf(value: JsonObject): OutputItem {
  const created = Date.parse(stringAt(value, "created_at") ?? "");
  return {
    type: "message",
    choice: 0,
    role: "assistant",
    responseId: null,
    model: stringAt(value, "model"),
    createdS: Number.isFinite(created) ? Math.floor(created / 1000) : null,
  };
}

function finishOf(native: string, called: boolean): FinishReason {
  if (native === "length") return "length";
  if (native === "stop") return called ? "tool_calls" : "stop";
  return "other";
}

function usageOf(value: JsonObject): Usage {
  const promptTokens = numberAt(value, "prompt_eval_count");
  const completionTokens = numberAt(value, "eval_count");
  const totalTokens =
    promptTokens === null || completionTokens === null ? null : promptTokens + completionTokens;
  return { promptTokens, completionTokens, totalTokens, reasoningTokens: null, cachedTokens: null };
}
