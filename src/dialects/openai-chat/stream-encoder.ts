import type { Channel } from "../../domain/channel.js";
import type { Entry, EntryOf, OutputItem } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import type { EncoderOptions, FrameSink, StreamEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { chunkData } from "../native-frame.js";
import { failChatStream } from "../openai/errors.js";
import { isUsageAlone, nativeFinish, usageBody } from "../openai/usage.js";
import { ToolNumbers } from "./tool-numbers.js";

/** Writes a log as a stream of chat completion chunks. */
export class ChatStreamEncoder implements StreamEncoder {
  readonly #log = new LogReader("openai-chat");
  readonly #tools = new ToolNumbers();
  readonly #begun = new Set<number>();
  /** Channels that an upstream's own event or envelope has announced. */
  readonly #announced = new Set<number>();
  readonly #withUsage: boolean;

  constructor(options: EncoderOptions) {
    this.#withUsage = options.request?.neutral.includeUsage ?? true;
  }

  encode(entry: Entry, sink: FrameSink): void {
    if (entry.type === "chunk") {
      this.#chunk(entry, sink);
      return;
    }
    this.#log.read(entry);
    if (entry.type === "output") this.#output(entry, sink);
    else if (entry.type === "ended") this.#ended(entry, sink);
  }

  #chunk(entry: EntryOf<"chunk">, sink: FrameSink): void {
    const template = this.#log.native ? this.#log.template(entry.template) : undefined;
    if (template !== undefined) {
      this.#announced.add(entry.channel);
      sink.frame(template.event, chunkData(template, entry), entry.seq);
      return;
    }
    const channel = this.#log.channel(entry.channel);
    if (channel === undefined) return;
    // An envelope that was kept back for what it held announced nothing either.
    if (!this.#announced.has(entry.channel)) {
      this.#begin(channel.choice, entry.seq, sink);
      this.#toolBegins(channel, entry.seq, sink);
    }
    const delta = this.#delta(channel, entry.text);
    if (delta !== null) this.#send({ choice: channel.choice, delta }, entry.seq, sink);
  }

  #output(entry: EntryOf<"output">, sink: FrameSink): void {
    if (!this.#log.native) {
      for (const item of entry.items) this.#item(item, entry.seq, sink);
    } else if (entry.native !== null && (this.#withUsage || !isUsageAlone(entry))) {
      for (const item of entry.items) {
        if (item.type === "message") this.#begun.add(item.choice);
        else if (item.type === "channel") this.#announced.add(item.channel.id);
      }
      sink.frame(entry.event, entry.native, entry.seq);
    }
  }

  #item(item: OutputItem, seq: number, sink: FrameSink): void {
    if (item.type === "message") this.#begin(item.choice, seq, sink);
    else if (item.type === "channel") this.#toolBegins(item.channel, seq, sink);
    else if (item.type === "finish") {
      this.#begin(item.choice, seq, sink);
      this.#send({ choice: item.choice, delta: {}, finish: nativeFinish(item.reason) }, seq, sink);
    }
  }

  #toolBegins(channel: Channel, seq: number, sink: FrameSink): void {
    const call = this.#tools.begin(channel);
    if (call === null) return;
    this.#announced.add(channel.id);
    this.#begin(channel.choice, seq, sink);
    this.#send({ choice: channel.choice, delta: { tool_calls: [call] } }, seq, sink);
  }

  #ended(entry: EntryOf<"ended">, sink: FrameSink): void {
    const usage = this.#log.usage;
    if (entry.error !== null) failChatStream(entry.error, entry.seq, sink);
    if (entry.error !== null || this.#log.native || !this.#withUsage || usage === null) return;
    sink.frame(null, JSON.stringify({ ...this.#head(), choices: [], usage: usageBody(usage) }), entry.seq);
  }

  #begin(choice: number, seq: number, sink: FrameSink): void {
    if (this.#begun.has(choice)) return;
    this.#begun.add(choice);
    this.#send({ choice, delta: { role: "assistant", content: "" } }, seq, sink);
  }

  #delta(channel: Channel, text: string): JsonObject | null {
    switch (channel.kind) {
      case "text":
        return { content: text };
      case "reasoning":
      case "reasoning_summary":
        return { reasoning_content: text };
      case "refusal":
        return { refusal: text };
      case "tool_arguments":
      case "tool_text":
        return { tool_calls: [this.#tools.piece(channel, text)] };
      case "other":
        return null;
      default:
        return channel.kind satisfies never;
    }
  }

  #send(
    what: { readonly choice: number; readonly delta: JsonObject; readonly finish?: string },
    seq: number,
    sink: FrameSink,
  ): void {
    const choice = { index: what.choice, delta: what.delta, finish_reason: what.finish ?? null };
    sink.frame(null, JSON.stringify({ ...this.#head(), choices: [choice] }), seq);
  }

  #head(): JsonObject {
    return {
      id:
        this.#log.native && this.#log.responseId !== null
          ? this.#log.responseId
          : `chatcmpl-${this.#log.session}`,
      object: "chat.completion.chunk",
      created: this.#log.createdS,
      model: this.#log.model,
    };
  }
}
