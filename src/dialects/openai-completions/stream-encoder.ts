import type { Entry, EntryOf } from "../../domain/entry.js";
import type { JsonObject, JsonValue } from "../../domain/json.js";
import type { EncoderOptions, FrameSink, StreamEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { chunkData } from "../native-frame.js";
import { failChatStream } from "../openai/errors.js";
import { isUsageAlone, nativeFinish, usageBody } from "../openai/usage.js";
import { columnsOf } from "./logprobs.js";

/** Writes a log as a stream of completions. */
export class CompletionsStreamEncoder implements StreamEncoder {
  readonly #log = new LogReader("openai-completions");
  readonly #withUsage: boolean;
  /** Characters released per channel, and whether they are still where the provider counted them. */
  readonly #released = new Map<number, { readonly length: number; readonly masked: boolean }>();

  constructor(options: EncoderOptions) {
    this.#withUsage = options.request?.neutral.includeUsage ?? true;
  }

  encode(entry: Entry, sink: FrameSink): void {
    this.#log.read(entry);
    if (entry.type === "chunk") this.#chunk(entry, sink);
    else if (entry.type === "output") this.#output(entry, sink);
    else if (entry.type === "ended") this.#ended(entry, sink);
  }

  #chunk(entry: EntryOf<"chunk">, sink: FrameSink): void {
    const template = this.#log.native ? this.#log.template(entry.template) : undefined;
    const channel = this.#log.channel(entry.channel);
    const before = this.#released.get(entry.channel) ?? { length: 0, masked: false };
    const masked = before.masked || entry.findings.length > 0;
    this.#released.set(entry.channel, { length: before.length + entry.text.length, masked });
    if (template !== undefined) {
      const logprobs =
        entry.logprobs === null ? null : columns(entry.logprobs, masked ? before.length : null);
      sink.frame(template.event, chunkData(template, { ...entry, logprobs }), entry.seq);
    } else if (channel?.kind === "text") {
      this.#send(channel.choice, { text: entry.text, finish: null }, { seq: entry.seq, sink });
    }
  }

  #output(entry: EntryOf<"output">, sink: FrameSink): void {
    if (this.#log.native) {
      if (entry.native === null || (!this.#withUsage && isUsageAlone(entry))) return;
      sink.frame(entry.event, entry.native, entry.seq);
      return;
    }
    for (const item of entry.items) {
      if (item.type !== "finish") continue;
      this.#send(item.choice, { text: "", finish: nativeFinish(item.reason) }, { seq: entry.seq, sink });
    }
  }

  #ended(entry: EntryOf<"ended">, sink: FrameSink): void {
    const usage = this.#log.usage;
    if (entry.error !== null) failChatStream(entry.error, entry.seq, sink);
    if (entry.error !== null || this.#log.native || !this.#withUsage || usage === null) return;
    sink.frame(null, JSON.stringify({ ...this.#head(), choices: [], usage: usageBody(usage) }), entry.seq);
  }

  #send(
    choice: number,
    said: { readonly text: string; readonly finish: string | null },
    to: { readonly seq: number; readonly sink: FrameSink },
  ): void {
    const one = { text: said.text, index: choice, logprobs: null, finish_reason: said.finish };
    to.sink.frame(null, JSON.stringify({ ...this.#head(), choices: [one] }), to.seq);
  }

  #head(): JsonObject {
    const { native, responseId, session, createdS, model } = this.#log;
    const id = native && responseId !== null ? responseId : `cmpl-${session}`;
    return { id, object: "text_completion", created: createdS, model };
  }
}

/** @param from Where the text of these tokens begins once something before was masked; null: as counted. */
function columns(entries: string, from: number | null): string {
  const list: JsonValue = JSON.parse(entries);
  const all: readonly JsonValue[] = Array.isArray(list) ? list : [];
  let first: number | null = null;
  return JSON.stringify(
    columnsOf(all, (offset) => {
      if (from === null) return offset;
      first ??= offset;
      return from + offset - first;
    }),
  );
}
