import { parseEvent } from "../decoded.js";
import type { DecodedEvent, Decoder, DecoderOptions } from "../dialect.js";
import { OllamaAnswer } from "./answer.js";
import { LineFraming } from "./line-framing.js";

/** Reads a streamed answer: one JSON object in each line. */
export class OllamaStreamDecoder implements Decoder {
  readonly #answer: OllamaAnswer;
  readonly #framing: LineFraming;

  constructor(options: DecoderOptions) {
    this.#answer = new OllamaAnswer(options);
    this.#framing = new LineFraming(options.limits);
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    const events: DecodedEvent[] = [];
    this.#framing.push(bytes, (line) => events.push(...this.#answer.take(parseEvent(line))));
    return events;
  }

  end(): readonly DecodedEvent[] {
    const events: DecodedEvent[] = [];
    this.#framing.end((line) => events.push(...this.#answer.take(parseEvent(line))));
    return events;
  }
}
