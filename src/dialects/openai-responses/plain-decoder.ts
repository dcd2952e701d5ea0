import type { OutputItem } from "../../domain/entry.js";
import { BodyCollector } from "../body-collector.js";
import { output, reportedError } from "../decoded.js";
import type { DecodedEvent, Decoder, DecoderOptions } from "../dialect.js";
import { objectAt, objectsAt, stringAt } from "../json-place.js";
import { broken } from "../sse-framing.js";
import { AnswerChannels } from "./answer-channels.js";
import { NativeEvents } from "./native-event.js";
import { messageOf } from "./stream-decoder.js";
import { finishOf, usageOf } from "./usage.js";

/** Reads the one body of an answer that was not asked for as a stream. */
export class ResponsesPlainDecoder implements Decoder {
  readonly #options: DecoderOptions;
  readonly #body: BodyCollector;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#body = new BodyCollector(options.limits.totalBytes);
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    this.#body.push(bytes);
    return [];
  }

  end(): readonly DecodedEvent[] {
    const response = this.#body.json();
    const error = response["error"];
    if (error !== undefined && error !== null) return [{ type: "failed", error: reportedError(error) }];
    if (stringAt(response, "status") === "failed") return [{ type: "failed", error: reportedError({}) }];
    if (!Array.isArray(response["output"])) throw broken("it holds no output");
    const channels = new AnswerChannels(this.#options);
    const native = new NativeEvents(channels, this.#options);
    const items: OutputItem[] = [messageOf(response)];
    for (const [index, item] of objectsAt(response, "output")) channels.added(item, index, items);
    const events: DecodedEvent[] = [output(items)];
    channels.sayUnsaid(native.places(response), events);
    const ends: OutputItem[] = [{ type: "finish", choice: 0, ...finishOf(response, channels.calledTool) }];
    const usage = objectAt(response, "usage");
    if (usage !== null) ends.push({ type: "usage", usage: usageOf(usage) });
    events.push(native.response(response, [], { around: {}, items: ends, event: null, flush: "all" }));
    return [...events, { type: "finished" }];
  }
}
