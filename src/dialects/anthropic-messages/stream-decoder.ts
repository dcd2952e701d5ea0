import type { Channel } from "../../domain/channel.js";
import type { OutputItem } from "../../domain/entry.js";
import type { JsonObject, JsonPath, JsonValue } from "../../domain/json.js";
import { broken } from "../broken.js";
import { ChannelTable } from "../channel-table.js";
import { output, parseEvent, reportedError } from "../decoded.js";
import type { DecodedEvent, DecoderOptions, StreamDecoderOptions, Template } from "../dialect.js";
import { EventDecoder } from "../event-decoder.js";
import { FastPath } from "../fast-path.js";
import { finishReasonOf } from "../finish-reason.js";
import { numberAt, objectAt, objectsAt, stringAt, valueAt, withValue } from "../json-place.js";
import { passFieldSet, type Sifted, type SiftOptions, sift, stringsOf } from "../sift.js";
import { SseFraming } from "../sse-framing.js";
import { Templates } from "../templates.js";
import { blockTextOf, channelShape, usageOf } from "./blocks.js";
import { EVENT_FIELDS } from "./fields.js";

interface Block {
  readonly channel: Channel | null;
  open: boolean;
}

type Stage = "start" | "blocks" | "ended" | "finished";

/** Where the text of a delta may stand. */
const DELTA_FIELDS = ["text", "thinking", "partial_json"] as const;

/** Reads a streamed answer of Anthropic messages. */
export class MessagesStreamDecoder extends EventDecoder {
  readonly #sift: SiftOptions;
  readonly #channels: ChannelTable;
  readonly #blocks = new Map<number, Block>();
  readonly #templates = new Templates();
  readonly #fast: FastPath<{
    readonly block: Block;
    readonly channel: Channel;
    readonly template: Template;
  }> | null;
  readonly #options: DecoderOptions;
  #stage: Stage = "start";

  constructor(options: StreamDecoderOptions) {
    super(new SseFraming(options.limits));
    this.#options = options;
    this.#sift = {
      depth: options.limits.jsonDepth,
      passFields: passFieldSet(options.passFields),
      passWhole: true,
    };
    this.#channels = new ChannelTable(options.limits.channels);
    this.#fast = options.fastPath === false ? null : new FastPath();
  }

  protected override event(_name: string | null, data: string, events: DecodedEvent[]): void {
    if (this.#stage === "finished") throw broken("it goes on after its end");
    const hit = this.#fast?.match(data) ?? null;
    if (hit?.value.block.open === true) {
      const { channel, template } = hit.value;
      events.push({ type: "delta", channel, text: hit.text, template, logprobs: null });
      return;
    }
    this.#parsed(parseEvent(data), data, events);
  }

  #parsed(value: JsonObject, data: string, events: DecodedEvent[]): void {
    switch (stringAt(value, "type")) {
      case "ping":
        return;
      case "error":
        this.#stage = "finished";
        events.push({ type: "failed", error: reportedError(value["error"] ?? null) });
        return;
      case "message_start":
        this.#start(value, events);
        return;
      case "content_block_start":
        this.#blockStart(value, events);
        return;
      case "content_block_delta":
        this.#delta(value, data, events);
        return;
      case "content_block_stop":
        this.#blockStop(value, events);
        return;
      case "message_delta":
        this.#ending(value, events);
        return;
      case "message_stop":
        this.#stage = "finished";
        events.push({ type: "finished" });
        return;
      default:
        // Events that this gateway does not know carry text that it would not know either.
        return;
    }
  }

  #start(value: JsonObject, events: DecodedEvent[]): void {
    const message = objectAt(value, "message");
    if (this.#stage !== "start" || message === null) throw broken("its message starts twice or not at all");
    this.#stage = "blocks";
    const items: OutputItem[] = [
      {
        type: "message",
        choice: 0,
        role: stringAt(message, "role") ?? "assistant",
        responseId: stringAt(message, "id"),
        model: stringAt(message, "model"),
        createdS: null,
      },
    ];
    const usage = objectAt(message, "usage");
    if (usage !== null) items.push({ type: "usage", usage: usageOf(usage) });
    events.push(this.#native({ ...value, message: { ...message, content: [] } }, items));
    // Blocks that a message starts with (calls made by code) become events, so that they are channels too.
    for (const [index, block] of objectsAt(message, "content")) {
      this.#blockStart({ type: "content_block_start", index, content_block: block }, events);
      this.#blockStop({ type: "content_block_stop", index }, events);
    }
  }

  #blockStart(value: JsonObject, events: DecodedEvent[]): void {
    const block = objectAt(value, "content_block");
    const index = numberAt(value, "index");
    if (this.#stage !== "blocks" || block === null) throw broken("a block stands where none may");
    if (index !== this.#blocks.size) throw broken("the number of a block jumps");
    if (index >= this.#options.limits.channels) throw broken("it holds too many blocks");
    const shape = channelShape(block, index, this.#jsonText());
    const channel = shape === null ? null : this.#channels.add(String(index), shape);
    this.#blocks.set(index, { channel, open: true });
    const items: OutputItem[] = channel === null ? [] : [{ type: "channel", channel }];
    const empty = emptyText(block);
    const event = this.#native(value, items);
    const [field, held] = empty ?? [];
    const native =
      field === undefined || event.native === null
        ? event.native
        : withValue(event.native, ["content_block", field], held ?? "");
    events.push({ ...event, native });
    if (channel !== null) this.#startText(block, channel, events);
  }

  /** Text that a block already holds when it starts goes out as a delta. */
  #startText(block: JsonObject, channel: Channel, events: DecodedEvent[]): void {
    const form = blockTextOf(block);
    if (form === null) return;
    const held = block[form.blockField] ?? "";
    const text = typeof held === "string" ? held : JSON.stringify(held);
    if (text === "" || text === "{}") return;
    const delta = { type: form.deltaType, [form.deltaField]: "" };
    const value = { type: "content_block_delta", index: channel.index, delta };
    const template = this.#template(value, ["delta", form.deltaField], []);
    events.push({ type: "delta", channel, text, template, logprobs: null });
  }

  #delta(value: JsonObject, data: string, events: DecodedEvent[]): void {
    const block = this.#blocks.get(numberAt(value, "index") ?? -1);
    if (block?.open !== true) throw broken("text belongs to no open block");
    const delta = objectAt(value, "delta") ?? {};
    const field = DELTA_FIELDS.find((name) => (stringAt(delta, name) ?? "") !== "");
    const sifted = sift(value, EVENT_FIELDS, this.#sift);
    if (field === undefined || block.channel === null) {
      events.push(this.#structural(sifted, block));
      return;
    }
    const path = ["delta", field];
    const template = this.#template(sifted.value, path, stringsOf(sifted));
    const text = stringAt(delta, field) ?? "";
    events.push({ type: "delta", channel: block.channel, text, template, logprobs: null });
    this.#fast?.learn(data, [{ kind: "text", path }], { block, channel: block.channel, template });
  }

  /** Citations, signatures, empty pieces. Offsets of citations point into documents, but a signature stands
   *  for the very text before it, so all of that has to be out when it is decided whether it may pass. */
  #structural(sifted: Sifted, block: Block): DecodedEvent {
    const path = ["delta", "signature"];
    const signed =
      block.channel !== null && valueAt(sifted.value, path) !== undefined ? [block.channel.id] : [];
    return output([], {
      event: "content_block_delta",
      native: sifted.value,
      slots: sifted.slots,
      flush: signed.length > 0 ? signed : "none",
      dropIfMasked: signed.length > 0 ? [{ path, channels: signed, instead: "" }] : [],
    });
  }

  #blockStop(value: JsonObject, events: DecodedEvent[]): void {
    const block = this.#blocks.get(numberAt(value, "index") ?? -1);
    if (block?.open !== true) throw broken("a block ends that is not open");
    block.open = false;
    const { channel } = block;
    const items: OutputItem[] = channel === null ? [] : [{ type: "channel_closed", channel: channel.id }];
    events.push({ ...this.#native(value, items), flush: channel === null ? "none" : [channel.id] });
  }

  #ending(value: JsonObject, events: DecodedEvent[]): void {
    if (this.#stage === "start") throw broken("it ends before it starts");
    const items: OutputItem[] = [];
    const native = stringAt(objectAt(value, "delta") ?? {}, "stop_reason");
    if (native !== null) {
      this.#stage = "ended";
      items.push({ type: "finish", choice: 0, reason: finishReasonOf(native), native });
    }
    const usage = objectAt(value, "usage");
    if (usage !== null) items.push({ type: "usage", usage: usageOf(usage) });
    events.push({ ...this.#native(value, items), flush: "all" });
  }

  #native(value: JsonObject, items: readonly OutputItem[]): Extract<DecodedEvent, { type: "output" }> {
    const sifted = sift(value, EVENT_FIELDS, this.#sift);
    return output(items, { event: stringAt(value, "type"), native: sifted.value, slots: sifted.slots });
  }

  #template(value: JsonValue, path: JsonPath, tokens: readonly string[]): Template {
    const about = { event: "content_block_delta", tokens };
    return this.#templates.of(withValue(value, path, ""), { text: path, logprobs: null }, about);
  }

  #jsonText(): boolean {
    const type = this.#options.request.neutral.responseFormat?.type;
    return type === "json_object" || type === "json_schema";
  }
}

/** What a block holds when it starts; the sieve has taken what stood there. */
function emptyText(block: JsonObject): readonly [string, JsonValue] | null {
  const form = blockTextOf(block);
  if (form === null) return null;
  return [form.blockField, form.kind === "tool_arguments" ? {} : ""];
}
