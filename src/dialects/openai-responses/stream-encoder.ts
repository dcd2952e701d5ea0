import type { Channel } from "../../domain/channel.js";
import type { Entry, EntryOf, OutputItem } from "../../domain/entry.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.js";
import type { EncoderOptions, FrameSink, StreamEncoder } from "../dialect.js";
import { LogReader } from "../log-reader.js";
import { errorEvent, responseError } from "./errors.js";
import { OutputDraft } from "./output-draft.js";
import {
  AskedRequest,
  isBackground,
  type ResponseState,
  responseObject,
  shownEvent,
} from "./response-object.js";
import { statusOf } from "./usage.js";

/**
 * Writes a log as a stream of the Responses API. Frames are numbered from 0 from the start of the log, so that
 * every reading of it gives the same numbers and `starting_after` finds its place.
 */
export class ResponsesStreamEncoder implements StreamEncoder {
  readonly #log = new LogReader("openai-responses");
  readonly #asked: AskedRequest;
  readonly #draft = new OutputDraft();
  readonly #tails = new Map<number, string>();
  #next = 0;
  #begun = false;

  constructor(options: EncoderOptions) {
    this.#asked = new AskedRequest(options);
  }

  encode(entry: Entry, sink: FrameSink): void {
    if (entry.type === "chunk") {
      this.#chunk(entry, sink);
      return;
    }
    this.#log.read(entry);
    this.#asked.read(entry);
    if (entry.type === "output") this.#output(entry, sink);
    else if (entry.type === "ended") this.#ended(entry, sink);
  }

  #chunk(entry: EntryOf<"chunk">, sink: FrameSink): void {
    if (this.#log.native) {
      this.#nativeChunk(entry, sink);
      return;
    }
    const channel = this.#log.channel(entry.channel);
    if (channel === undefined) return;
    this.#begin(entry.seq, sink);
    this.#send(this.#draft.open(channel, this.#log.session), entry.seq, sink);
    this.#send(this.#draft.say(channel, entry.text), entry.seq, sink);
  }

  #nativeChunk(entry: EntryOf<"chunk">, sink: FrameSink): void {
    const template = this.#log.template(entry.template);
    if (template === undefined) {
      this.#bare(entry, sink);
      return;
    }
    const { event, before, middle } = template;
    // An empty envelope: the event that brought the text follows and holds it.
    if (before === "") return;
    // Clients want a list of probabilities, if an empty one.
    const inner = middle === null ? "" : middle + (entry.logprobs ?? "[]");
    const data = before + JSON.stringify(entry.text) + inner + this.#tailOf(template) + this.#next++;
    sink.frame(event, `${data}}`, entry.seq);
  }

  /** Text whose envelope held something that policy does not release; what it was made of is known. */
  #bare(entry: EntryOf<"chunk">, sink: FrameSink): void {
    const channel = this.#log.channel(entry.channel);
    const type = channel === undefined ? null : deltaType(channel);
    if (channel === undefined || type === null) return;
    const place = { item_id: `item_${channel.index}`, output_index: channel.index };
    const part = channel.kind === "reasoning_summary" ? { summary_index: 0 } : { content_index: 0 };
    this.#send([{ type, ...place, ...part, delta: entry.text }], entry.seq, sink);
  }

  /** What ends an envelope, open for the number of its frame. */
  #tailOf({ template, after }: EntryOf<"template">): string {
    const known = this.#tails.get(template);
    if (known !== undefined) return known;
    const tail = `${after.slice(0, -1)},"sequence_number":`;
    this.#tails.set(template, tail);
    return tail;
  }

  #output(entry: EntryOf<"output">, sink: FrameSink): void {
    if (this.#log.native) {
      if (entry.native !== null) this.#number(entry.event, this.#shown(entry.native), entry.seq, sink);
      return;
    }
    this.#begin(entry.seq, sink);
    for (const item of entry.items) this.#send(this.#eventsOf(item), entry.seq, sink);
  }

  #shown(native: string): string {
    const request = this.#asked.body;
    const isOwn = typeof request?.["previous_response_id"] === "string" || isBackground(request);
    if (!native.includes('"sluice_echoes"') && !isOwn) return native;
    const value: JsonValue = JSON.parse(native);
    const { session } = this.#log;
    return isJsonObject(value) ? JSON.stringify(shownEvent(value, { request, session })) : native;
  }

  #eventsOf(item: OutputItem): readonly JsonObject[] {
    switch (item.type) {
      case "channel":
        return this.#draft.open(item.channel, this.#log.session);
      case "channel_closed":
        return this.#draft.close(item.channel);
      case "finish":
        return item.choice === 0 ? this.#draft.closeAll() : [];
      case "message":
      case "usage":
        return [];
      default:
        return item satisfies never;
    }
  }

  #ended(entry: EntryOf<"ended">, sink: FrameSink): void {
    if (entry.error !== null) {
      this.#send([errorEvent(entry.error, this.#next)], entry.seq, sink);
      const error = responseError(entry.error);
      const response = this.#response({ status: "failed", error });
      this.#send([{ type: "response.failed", response }], entry.seq, sink);
      return;
    }
    if (this.#log.native) return;
    this.#begin(entry.seq, sink);
    this.#send(this.#draft.closeAll(), entry.seq, sink);
    const { status, why } = statusOf(this.#log.choices[0]?.finish?.reason ?? "stop");
    const response = this.#response({ status, why, usage: this.#log.usage });
    this.#send([{ type: `response.${status}`, response }], entry.seq, sink);
  }

  #begin(seq: number, sink: FrameSink): void {
    if (this.#begun) return;
    this.#begun = true;
    const response = this.#response({ status: "in_progress" });
    this.#send(
      [
        { type: "response.created", response },
        { type: "response.in_progress", response },
      ],
      seq,
      sink,
    );
  }

  #response(state: Pick<ResponseState, "status"> & Partial<ResponseState>): JsonObject {
    const made = { why: null, error: null, usage: null, output: this.#draft.items(), ...state };
    return responseObject(this.#log, this.#asked.body, made);
  }

  #send(events: readonly JsonObject[], seq: number, sink: FrameSink): void {
    for (const event of events) {
      const { type, ...rest } = event;
      const name = typeof type === "string" ? type : null;
      sink.frame(name, JSON.stringify({ type: name, ...rest, sequence_number: this.#next++ }), seq);
    }
  }

  /** The number goes behind the last member, without reading the event. */
  #number(event: string | null, data: string, ...[seq, sink]: [number, FrameSink]): void {
    sink.frame(event, `${data.slice(0, -1)},"sequence_number":${this.#next++}}`, seq);
  }
}

function deltaType({ kind }: Channel): string | null {
  switch (kind) {
    case "text":
      return "response.output_text.delta";
    case "refusal":
      return "response.refusal.delta";
    case "reasoning":
      return "response.reasoning_text.delta";
    case "reasoning_summary":
      return "response.reasoning_summary_text.delta";
    case "tool_arguments":
      return "response.function_call_arguments.delta";
    case "tool_text":
      return "response.custom_tool_call_input.delta";
    case "other":
      return null;
    default:
      return kind satisfies never;
  }
}
