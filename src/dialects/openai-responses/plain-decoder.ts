import type { OutputItem } from "../../domain/entry.js";
import type { JsonObject } from "../../domain/json.js";
import { BodyDecoder } from "../body-decoder.js";
import { broken } from "../broken.js";
import { output, reportedError } from "../decoded.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { objectAt, objectsAt, stringAt } from "../json-place.js";
import { AnswerChannels } from "./answer-channels.js";
import { NativeEvents } from "./native-event.js";
import { messageOf } from "./stream-decoder.js";
import { finishOf, usageOf } from "./usage.js";

/** Reads the one body of an answer that was not asked for as a stream. */
export class ResponsesPlainDecoder extends BodyDecoder {
  readonly #options: DecoderOptions;

  constructor(options: DecoderOptions) {
    super(options);
    this.#options = options;
  }

  protected override read(response: JsonObject): readonly DecodedEvent[] {
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
