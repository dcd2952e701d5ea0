import type { ChannelKind } from "../../domain/channel.js";
import type { FinishReason, OutputItem, Usage } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import { broken } from "../broken.js";
import { ChannelTable } from "../channel-table.js";
import { output, reportedError } from "../decoded.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { numberAt, objectAt, objectsAt, stringAt } from "../json-place.js";
import { PartialArguments } from "./partial-arguments.js";

interface Candidate {
  readonly index: number;
  calls: number;
  open: { readonly key: string; readonly args: PartialArguments } | null;
  finished: boolean;
}

/**
 * Reads the pieces of one answer of `generateContent`, streamed or whole, into channels. No caller speaks this
 * dialect, so nothing of the native events is kept: citations, safety ratings and signatures end here.
 */
export class GeminiAnswer {
  readonly #options: DecoderOptions;
  readonly #table: ChannelTable;
  readonly #candidates = new Map<number, Candidate>();
  readonly #jsonText: boolean;
  #usage: Usage | null = null;
  #blocked = false;
  #responseId: string | null = null;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#table = new ChannelTable(options.limits.channels);
    const format = options.request.neutral.responseFormat?.type;
    this.#jsonText = format === "json_object" || format === "json_schema";
  }

  take(value: JsonObject): readonly DecodedEvent[] {
    const error = value["error"];
    if (error !== undefined && error !== null)
      return [{ type: "failed", error: reportedError(errorOf(value)) }];
    const events: DecodedEvent[] = [];
    const usage = objectAt(value, "usageMetadata");
    if (usage !== null) this.#usage = usageOf(usage);
    this.#responseId ??= stringAt(value, "responseId");
    for (const [, candidate] of objectsAt(value, "candidates")) this.#candidate(value, candidate, events);
    const feedback = objectAt(value, "promptFeedback");
    if (feedback !== null && stringAt(feedback, "blockReason") !== null) this.#block(value, events);
    return events;
  }

  /** The dialect has no terminator: an answer is whole when every candidate said why it ended. */
  end(): readonly DecodedEvent[] {
    const all = [...this.#candidates.values()];
    const whole = this.#blocked || (all.length > 0 && all.every(({ finished }) => finished));
    const usage: DecodedEvent[] =
      this.#usage === null ? [] : [output([{ type: "usage", usage: this.#usage }])];
    return whole ? [...usage, { type: "finished" }] : usage;
  }

  #candidate(value: JsonObject, said: JsonObject, events: DecodedEvent[]): void {
    const candidate = this.#of(value, numberAt(said, "index") ?? 0, events);
    const content = objectAt(said, "content");
    for (const [, part] of content === null ? [] : objectsAt(content, "parts")) {
      this.#part(candidate, part, events);
    }
    const reason = stringAt(said, "finishReason");
    if (reason !== null && reason !== "" && !candidate.finished) this.#finish(candidate, reason, events);
  }

  #of(value: JsonObject, index: number, events: DecodedEvent[]): Candidate {
    const known = this.#candidates.get(index);
    if (known !== undefined) return known;
    const most = Math.min(this.#options.limits.choices, Math.max(1, this.#options.request.neutral.choices));
    if (!Number.isInteger(index) || index < 0 || index >= most) {
      throw broken("it holds a candidate that was not asked for");
    }
    const candidate: Candidate = { index, calls: 0, open: null, finished: false };
    this.#candidates.set(index, candidate);
    const message: OutputItem = {
      type: "message",
      choice: index,
      role: "assistant",
      responseId: this.#responseId,
      model: stringAt(value, "modelVersion"),
      createdS: secondsOf(stringAt(value, "createTime")),
    };
    events.push(output([message]));
    return candidate;
  }

  #part(candidate: Candidate, part: JsonObject, events: DecodedEvent[]): void {
    const call = objectAt(part, "functionCall");
    if (call !== null) {
      this.#call(candidate, call, events);
      return;
    }
    const text = stringAt(part, "text");
    if (text !== null) {
      const kind = part["thought"] === true ? "reasoning" : "text";
      this.#say(candidate, { kind, name: kind, text }, events);
      return;
    }
    const code = objectAt(part, "executableCode");
    const result = objectAt(part, "codeExecutionResult");
    const ran =
      code === null ? (result === null ? null : stringAt(result, "output")) : stringAt(code, "code");
    if (ran !== null) this.#say(candidate, { kind: "other", name: "code", text: ran }, events);
  }

  #say(
    candidate: Candidate,
    said: { readonly kind: ChannelKind; readonly name: string; readonly text: string },
    events: DecodedEvent[],
  ): void {
    if (said.text === "") return;
    if (candidate.finished) throw broken("text follows the end of its candidate");
    const key = `${candidate.index}.${said.name}`;
    const syntax = said.kind === "text" && this.#jsonText ? "json" : "text";
    let channel = this.#table.get(key);
    if (channel === undefined) {
      const shape = {
        kind: said.kind,
        choice: candidate.index,
        index: 0,
        toolCallId: null,
        toolName: null,
        syntax,
      } as const;
      channel = this.#table.add(key, shape);
      events.push(output([{ type: "channel", channel }]));
    }
    events.push({ type: "delta", channel, text: said.text, template: null, logprobs: null });
  }

  /** A call comes whole, or begins with its name, goes on without one, and ends where nothing continues. */
  #call(candidate: Candidate, call: JsonObject, events: DecodedEvent[]): void {
    if (candidate.finished) throw broken("a call follows the end of its candidate");
    const name = stringAt(call, "name");
    if (name !== null && name !== "") {
      this.#endCall(candidate, events);
      const key = `${candidate.index}.call.${candidate.calls}`;
      const channel = this.#table.add(key, {
        kind: "tool_arguments",
        choice: candidate.index,
        index: candidate.calls,
        toolCallId:
          stringAt(call, "id") ?? `call_${this.#responseId ?? ""}_${candidate.index}_${candidate.calls}`,
        toolName: name,
        syntax: "json",
      });
      candidate.calls++;
      candidate.open = { key, args: new PartialArguments(this.#options.limits.jsonDepth) };
      events.push(output([{ type: "channel", channel }]));
    }
    if (candidate.open === null) return;
    candidate.open.args.take(call);
    if (call["willContinue"] !== true) this.#endCall(candidate, events);
  }

  #endCall(candidate: Candidate, events: DecodedEvent[]): void {
    const { open } = candidate;
    const channel = open === null ? undefined : this.#table.get(open.key);
    candidate.open = null;
    if (open === null || channel === undefined) return;
    events.push({ type: "delta", channel, text: open.args.json(), template: null, logprobs: null });
    events.push(output([{ type: "channel_closed", channel: channel.id }], { flush: [channel.id] }));
  }

  #finish(candidate: Candidate, native: string, events: DecodedEvent[]): void {
    this.#endCall(candidate, events);
    candidate.finished = true;
    const reason = finishOf(native, candidate.calls > 0);
    const item: OutputItem = { type: "finish", choice: candidate.index, reason, native };
    events.push(output([item], { flush: this.#table.ofChoice(candidate.index) }));
  }

  /** The provider answers a prompt that it does not want with a reason and no candidate. */
  #block(value: JsonObject, events: DecodedEvent[]): void {
    this.#blocked = true;
    const candidate = this.#of(value, 0, events);
    if (!candidate.finished) this.#finish(candidate, "SAFETY", events);
  }
}

function errorOf(value: JsonObject): JsonObject {
  const error = objectAt(value, "error") ?? {};
  return { code: error["status"] ?? error["code"] ?? null };
}

function usageOf(usage: JsonObject): Usage {
  const thoughts = numberAt(usage, "thoughtsTokenCount");
  const said = numberAt(usage, "candidatesTokenCount");
  return {
    promptTokens: sum(numberAt(usage, "promptTokenCount"), numberAt(usage, "toolUsePromptTokenCount")),
    completionTokens: sum(said, thoughts),
    totalTokens: numberAt(usage, "totalTokenCount"),
    reasoningTokens: thoughts,
    cachedTokens: numberAt(usage, "cachedContentTokenCount"),
  };
}

function sum(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}

/** @see https://ai.google.dev/api/generate-content#FinishReason */
function finishOf(native: string, called: boolean): FinishReason {
  switch (native) {
    case "STOP":
      return called ? "tool_calls" : "stop";
    case "MAX_TOKENS":
      return "length";
    case "SAFETY":
    case "RECITATION":
    case "BLOCKLIST":
    case "PROHIBITED_CONTENT":
    case "SPII":
    case "IMAGE_SAFETY":
      return "content_filter";
    default:
      return "other";
  }
}

function secondsOf(time: string | null): number | null {
  const ms = time === null ? Number.NaN : Date.parse(time);
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : null;
}
