import { parseEvent } from "../decoded.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { EventDecoder } from "../event-decoder.js";
import { OllamaAnswer } from "./answer.js";
import { LineFraming } from "./line-framing.js";

/** Reads a streamed answer: one JSON object in each line. */
export class OllamaStreamDecoder extends EventDecoder {
  readonly #answer: OllamaAnswer;

  constructor(options: DecoderOptions) {
    super(new LineFraming(options.limits));
    this.#answer = new OllamaAnswer(options);
  }

  protected override event(_name: string | null, data: string, events: DecodedEvent[]): void {
    events.push(...this.#answer.take(parseEvent(data)));
  }
}
