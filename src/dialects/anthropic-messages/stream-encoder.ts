import type { Channel } from "../../domain/channel.js";
import type { Entry, EntryOf } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import type { FrameSink, StreamEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { chunkData } from "../native-frame.js";
import { type BlockText, blockTextFor, nativeFinish } from "./blocks.js";
import { failMessagesStream } from "./errors.js";
import { startUsage, usageBody } from "./usage-body.js";

interface Block {
  readonly index: number;
  readonly form: BlockText;
  open: boolean;
}

/** Writes a log as the events of one Anthropic message. `message_stop` is the dialect's terminator: the front
 *  end sends it once the end is recorded. */
export class MessagesStreamEncoder implements StreamEncoder {
  readonly #log = new LogReader("anthropic-messages");
  readonly #blocks = new Map<number, Block>();
  #started = false;
  #next = 0;

  encode(entry: Entry, sink: FrameSink): void {
    this.#log.read(entry);
    const frames = new Frames(sink, entry.seq);
    if (entry.type === "chunk") this.#chunk(entry, frames);
    else if (entry.type === "output") this.#output(entry, frames);
    else if (entry.type !== "ended") return;
    else if (entry.error !== null) failMessagesStream(entry.error, entry.seq, sink);
    else this.#ended(frames);
  }

  #chunk(entry: EntryOf<"chunk">, frames: Frames): void {
    const channel = this.#log.channel(entry.channel);
    if (this.#log.native) {
      const template = this.#log.template(entry.template);
      const form = channel === undefined ? null : blockTextFor(channel);
      if (template !== undefined) frames.raw(template.event, chunkData(template, entry));
      else if (channel !== undefined && form !== null) frames.delta(channel.index, form, entry.text);
      return;
    }
    if (channel === undefined || channel.choice !== 0) return;
    const block = this.#blockFor(channel, frames);
    if (block !== null) frames.delta(block.index, block.form, entry.text);
  }

  #output(entry: EntryOf<"output">, frames: Frames): void {
    if (this.#log.native) {
      if (entry.native !== null) frames.raw(entry.event, entry.native);
      return;
    }
    for (const item of entry.items) {
      if (item.type === "message" && item.choice === 0) this.#start(frames);
      else if (item.type === "channel" && isCall(item.channel)) this.#blockFor(item.channel, frames);
      else if (item.type === "channel_closed") this.#close(item.channel, frames);
    }
  }

  #ended(frames: Frames): void {
    if (this.#log.native) return;
    this.#start(frames);
    for (const id of this.#blocks.keys()) this.#close(id, frames);
    const finish = this.#log.choices.find(({ index }) => index === 0)?.finish;
    const delta = { stop_reason: nativeFinish(finish?.reason ?? "stop"), stop_sequence: null };
    frames.send("message_delta", { delta, usage: usageBody(this.#log.usage) });
  }

  #start(frames: Frames): void {
    if (this.#started) return;
    this.#started = true;
    const message = {
      id: `msg_${this.#log.session}`,
      type: "message",
      role: "assistant",
      model: this.#log.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: startUsage(this.#log.usage),
    };
    frames.send("message_start", { message });
  }

  /** Text after another block was opened goes on in a block of its own: blocks of text follow each other. Calls
   *  stay open to the end, since dialects with several at once mix their pieces. */
  #blockFor(channel: Channel, frames: Frames): Block | null {
    const form = blockTextFor(channel);
    if (form === null || channel.choice !== 0) return null;
    const known = this.#blocks.get(channel.id);
    if (known?.open === true) return known;
    this.#start(frames);
    for (const [id, block] of this.#blocks) if (block.form.kind !== "tool_arguments") this.#close(id, frames);
    const block: Block = { index: this.#next++, form, open: true };
    this.#blocks.set(channel.id, block);
    frames.send("content_block_start", { index: block.index, content_block: emptyBlock(channel, form) });
    return block;
  }

  #close(channel: number, frames: Frames): void {
    const block = this.#blocks.get(channel);
    if (block?.open !== true) return;
    block.open = false;
    frames.send("content_block_stop", { index: block.index });
  }
}

class Frames {
  readonly #sink: FrameSink;
  readonly #seq: number;

  constructor(sink: FrameSink, seq: number) {
    this.#sink = sink;
    this.#seq = seq;
  }

  raw(event: string | null, data: string): void {
    this.#sink.frame(event, data, this.#seq);
  }

  send(type: string, members: JsonObject): void {
    this.#sink.frame(type, JSON.stringify({ type, ...members }), this.#seq);
  }

  delta(index: number, form: BlockText, text: string): void {
    this.send("content_block_delta", { index, delta: { type: form.deltaType, [form.deltaField]: text } });
  }
}

function isCall(channel: Channel): boolean {
  return channel.kind === "tool_arguments" || channel.kind === "tool_text";
}

function emptyBlock(channel: Channel, form: BlockText): JsonObject {
  switch (form.blockField) {
    case "input":
      return {
        type: "tool_use",
        id: channel.toolCallId || `toolu_${channel.id}`,
        name: channel.toolName ?? "",
        input: {},
      };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    default:
      return { type: "text", text: "" };
  }
}
