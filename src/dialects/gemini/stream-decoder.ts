import { parseEvent } from "../decoded.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { EventDecoder } from "../event-decoder.js";
import { SseFraming } from "../sse-framing.js";
import { GeminiAnswer } from "./answer.js";

/** Reads `streamGenerateContent?alt=sse`. */
export class GeminiStreamDecoder extends EventDecoder {
  readonly #answer: GeminiAnswer;

  constructor(options: DecoderOptions) {
    super(new SseFraming(options.limits));
    this.#answer = new GeminiAnswer(options);
  }

  protected override event(_name: string | null, data: string, events: DecodedEvent[]): void {
    events.push(...this.#answer.take(parseEvent(data)));
  }

  protected override ended(events: DecodedEvent[]): void {
    events.push(...this.#answer.end());
  }
}
