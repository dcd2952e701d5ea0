import type { DecodedEvent, LogprobToken } from "../dialects/dialect.js";
import type { NeutralRequest } from "../dialects/request.js";
import type { Channel } from "../domain/channel.js";
import type { FinishReason, OutputItem } from "../domain/entry.js";
import { type DemoPart, demoAnswer } from "./demo-scripts.js";

export interface DemoEventsOptions {
  readonly request: NeutralRequest;
  /** Model as it names itself in the answer. */
  readonly model: string;
  /** Id of the answer. */
  readonly responseId: string;
  /** Most pieces over all choices; null: no limit. */
  readonly maxTokens: number | null;
}

interface Said {
  readonly channel: Channel;
  readonly pieces: readonly string[];
}

/** The whole answer of the demo model, event by event, choices in turns as servers send them. */
export function* demoEvents(options: DemoEventsOptions): Generator<DecodedEvent> {
  const { request, model, responseId } = options;
  const answer = demoAnswer(request);
  const choices = Math.max(1, request.choices);
  let left = options.maxTokens ?? Number.POSITIVE_INFINITY;
  let completionTokens = 0;
  let reasoningTokens = 0;
  for (let choice = 0; choice < choices; choice++) {
    yield output([{ type: "message", choice, role: "assistant", responseId, model, createdS: null }]);
  }
  let isCut = false;
  for (const [index, part] of answer.parts.entries()) {
    const voices = stopAt(part, request.stop, choices, index * choices, index);
    for (const voice of voices) yield output([{ type: "channel", channel: voice.channel }]);
    const length = voices[0]?.pieces.length ?? 0;
    for (let at = 0; at < length && !isCut; at++) {
      for (const voice of voices) {
        if (left-- <= 0) {
          isCut = true;
          break;
        }
        completionTokens++;
        if (part.kind === "reasoning") reasoningTokens++;
        yield delta(voice.channel, voice.pieces[at] ?? "", request);
      }
    }
    for (const { channel } of voices) {
      yield { ...output([{ type: "channel_closed", channel: channel.id }]), flush: [channel.id] };
    }
    if (isCut) break;
  }
  const reason: FinishReason = isCut ? "length" : answer.finish;
  for (let choice = 0; choice < choices; choice++) {
    yield { ...output([{ type: "finish", choice, reason, native: reason }]), flush: "all" };
  }
  const promptTokens = Math.ceil(promptCharacters(request) / 4);
  const totalTokens = promptTokens + completionTokens;
  const usage = { promptTokens, completionTokens, totalTokens, reasoningTokens, cachedTokens: 0 };
  yield output([{ type: "usage", usage }]);
  yield { type: "finished" };
}

/** What the demo model says to somebody who only wants the prompt counted. */
export function* demoCount(request: NeutralRequest): Generator<DecodedEvent> {
  const promptTokens = Math.ceil(promptCharacters(request) / 4);
  const counts = { completionTokens: 0, reasoningTokens: 0, cachedTokens: 0 };
  yield output([{ type: "usage", usage: { promptTokens, totalTokens: promptTokens, ...counts } }]);
  yield { type: "finished" };
}

function stopAt(
  part: DemoPart,
  stop: readonly string[],
  choices: number,
  firstId: number,
  index: number,
): readonly Said[] {
  const pieces = part.kind === "text" ? cutAtStop(part.pieces, stop) : part.pieces;
  return Array.from({ length: choices }, (_, choice) => ({
    pieces,
    channel: {
      id: firstId + choice,
      kind: part.kind,
      choice,
      index,
      toolCallId: part.toolName === null ? null : `call_demo_${choice}_${index}`,
      toolName: part.toolName,
      syntax: part.kind === "tool_arguments" ? "json" : "text",
    },
  }));
}

/** The pieces before the first stop text, which is not said itself. */
function cutAtStop(pieces: readonly string[], stop: readonly string[]): readonly string[] {
  const text = pieces.join("");
  const found = stop.filter((word) => word !== "").map((word) => text.indexOf(word));
  const end = Math.min(text.length, ...found.filter((at) => at >= 0));
  const kept: string[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (at >= end) break;
    kept.push(piece.slice(0, end - at));
    at += piece.length;
  }
  return kept;
}

function delta(channel: Channel, text: string, request: NeutralRequest): DecodedEvent {
  const logprobs = request.logprobs && channel.kind === "text" ? [logprob(text)] : null;
  return { type: "delta", channel, text, template: null, logprobs };
}

/** Every word is as likely as the last: the figures show the form and mean nothing. */
function logprob(text: string): LogprobToken {
  const entry = { token: text, logprob: -0.125, bytes: [...Buffer.from(text)], top_logprobs: [] };
  return { text, json: JSON.stringify(entry), alternatives: [] };
}

function output(items: readonly OutputItem[]): Extract<DecodedEvent, { type: "output" }> {
  return { type: "output", items, event: null, native: null, slots: [], flush: "none", dropIfMasked: [] };
}

function promptCharacters(request: NeutralRequest): number {
  let characters = 0;
  for (const message of request.messages) {
    for (const part of message.parts) {
      if ("text" in part) characters += part.text.length;
      if (part.type === "tool_call") characters += part.arguments.length;
    }
  }
  return characters;
}
