import { parseEvent } from "../decoded.js";
import type { DecodedEvent, Decoder, DecoderOptions } from "../dialect.js";
import { SseFraming } from "../sse-framing.js";
import { GeminiAnswer } from "./answer.js";

/** Reads `streamGenerateContent?alt=sse`. */
export class GeminiStreamDecoder implements Decoder {
  readonly #answer: GeminiAnswer;
  readonly #framing: SseFraming;

  constructor(options: DecoderOptions) {
    this.#answer = new GeminiAnswer(options);
    this.#framing = new SseFraming(options.limits);
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    const events: DecodedEvent[] = [];
    this.#framing.push(bytes, (_event, data) => events.push(...this.#answer.take(parseEvent(data))));
    return events;
  }

  end(): readonly DecodedEvent[] {
    const events: DecodedEvent[] = [];
    this.#framing.end((_event, data) => events.push(...this.#answer.take(parseEvent(data))));
    return [...events, ...this.#answer.end()];
  }
}
