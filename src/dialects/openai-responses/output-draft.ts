import type { Channel } from "../../domain/channel.js";
import type { JsonObject } from "../../domain/json.js";

type ItemKind = "message" | "reasoning" | "function_call" | "custom_tool_call";

interface DraftPart {
  readonly item: DraftItem;
  readonly index: number;
  readonly kind: "text" | "refusal" | "summary" | "call";
  text: string;
  closed: boolean;
}

interface DraftItem {
  readonly kind: ItemKind;
  readonly id: string;
  readonly outputIndex: number;
  readonly callId: string;
  readonly name: string;
  readonly parts: DraftPart[];
  closed: boolean;
}

const PREFIX: Readonly<Record<ItemKind, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  custom_tool_call: "ctc",
};

/**
 * The output of a response made of the channels of another dialect's answer. Every step gives the events that
 * the Responses API sends for it, without their numbers.
 */
export class OutputDraft {
  readonly #items: DraftItem[] = [];
  readonly #parts = new Map<number, DraftPart>();

  /** @param session Ids of items are made of it, so that a replay gives the same. */
  items(): readonly JsonObject[] {
    return this.#items.map((item) => itemBody(item, item.closed ? "completed" : "in_progress"));
  }

  /** A channel was announced or speaks for the first time. */
  open(channel: Channel, session: string): readonly JsonObject[] {
    const kind = itemKind(channel);
    if (kind === null || channel.choice !== 0 || this.#parts.has(channel.id)) return [];
    const events: JsonObject[] = [];
    const last = this.#items.at(-1);
    const joins =
      last !== undefined &&
      !last.closed &&
      last.kind === kind &&
      (kind === "message" || kind === "reasoning");
    const item = joins ? last : this.#add(kind, channel, session);
    if (!joins) events.push(onItem("response.output_item.added", item, "in_progress"));
    const part: DraftPart = {
      item,
      index: item.parts.length,
      kind: partKind(channel),
      text: "",
      closed: false,
    };
    item.parts.push(part);
    this.#parts.set(channel.id, part);
    if (part.kind !== "call") events.push(onPart("added", part));
    return events;
  }

  say(channel: Channel, text: string): readonly JsonObject[] {
    const part = this.#parts.get(channel.id);
    if (part === undefined || part.closed) return [];
    part.text += text;
    const type = `${textEvent(part)}.delta`;
    const logprobs = part.kind === "text" ? { logprobs: [] } : {};
    return [{ type, ...placeOf(part), delta: text, ...logprobs }];
  }

  close(channel: number): readonly JsonObject[] {
    const part = this.#parts.get(channel);
    if (part === undefined || part.closed) return [];
    part.closed = true;
    const events: JsonObject[] = [doneEvent(part)];
    if (part.kind !== "call") events.push(onPart("done", part));
    if (part.item.parts.every(({ closed }) => closed)) {
      part.item.closed = true;
      events.push(onItem("response.output_item.done", part.item, "completed"));
    }
    return events;
  }

  closeAll(): readonly JsonObject[] {
    return [...this.#parts.keys()].flatMap((channel) => this.close(channel));
  }

  #add(kind: ItemKind, channel: Channel, session: string): DraftItem {
    const outputIndex = this.#items.length;
    const item: DraftItem = {
      kind,
      id: `${PREFIX[kind]}_${session.replaceAll("-", "")}_${outputIndex}`,
      outputIndex,
      callId: channel.toolCallId || `call_${channel.id}`,
      name: channel.toolName ?? "",
      parts: [],
      closed: false,
    };
    this.#items.push(item);
    return item;
  }
}

function itemKind(channel: Channel): ItemKind | null {
  switch (channel.kind) {
    case "text":
    case "refusal":
      return "message";
    case "reasoning":
    case "reasoning_summary":
      return "reasoning";
    case "tool_arguments":
      return "function_call";
    case "tool_text":
      return "custom_tool_call";
    case "other":
      return null;
    default:
      return channel.kind satisfies never;
  }
}

function partKind(channel: Channel): DraftPart["kind"] {
  if (channel.kind === "text" || channel.kind === "refusal") return channel.kind;
  return channel.kind === "reasoning" || channel.kind === "reasoning_summary" ? "summary" : "call";
}

function itemBody(item: DraftItem, status: "in_progress" | "completed"): JsonObject {
  const head = { id: item.id, type: item.kind };
  const text = item.parts[0]?.text ?? "";
  switch (item.kind) {
    case "message":
      return { ...head, status, role: "assistant", content: item.parts.map(partBody) };
    case "reasoning":
      return { ...head, summary: item.parts.map(partBody) };
    case "function_call":
      return { ...head, status, call_id: item.callId, name: item.name, arguments: text };
    case "custom_tool_call":
      return { ...head, status, call_id: item.callId, name: item.name, input: text };
    default:
      return item.kind satisfies never;
  }
}

function partBody({ kind, text }: DraftPart): JsonObject {
  switch (kind) {
    case "text":
      return { type: "output_text", text, annotations: [], logprobs: [] };
    case "refusal":
      return { type: "refusal", refusal: text };
    case "summary":
    case "call":
      return { type: "summary_text", text };
    default:
      return kind satisfies never;
  }
}

function onItem(type: string, item: DraftItem, status: "in_progress" | "completed"): JsonObject {
  return { type, output_index: item.outputIndex, item: itemBody(item, status) };
}

function onPart(what: "added" | "done", part: DraftPart): JsonObject {
  const name = part.kind === "summary" ? "response.reasoning_summary_part" : "response.content_part";
  return { type: `${name}.${what}`, ...placeOf(part), part: partBody(part) };
}

function placeOf({ item, index, kind }: DraftPart): JsonObject {
  const place = { item_id: item.id, output_index: item.outputIndex };
  if (kind === "call") return place;
  return kind === "summary" ? { ...place, summary_index: index } : { ...place, content_index: index };
}

function textEvent({ kind, item }: DraftPart): string {
  switch (kind) {
    case "text":
      return "response.output_text";
    case "refusal":
      return "response.refusal";
    case "summary":
      return "response.reasoning_summary_text";
    case "call":
      return item.kind === "custom_tool_call"
        ? "response.custom_tool_call_input"
        : "response.function_call_arguments";
    default:
      return kind satisfies never;
  }
}

function doneEvent(part: DraftPart): JsonObject {
  const event = { type: `${textEvent(part)}.done`, ...placeOf(part) };
  switch (part.kind) {
    case "text":
      return { ...event, text: part.text, logprobs: [] };
    case "refusal":
      return { ...event, refusal: part.text };
    case "summary":
      return { ...event, text: part.text };
    case "call":
      return part.item.kind === "custom_tool_call"
        ? { ...event, input: part.text }
        : { ...event, name: part.item.name, arguments: part.text };
    default:
      return part.kind satisfies never;
  }
}
