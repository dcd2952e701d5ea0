import { BodyCollector } from "../body-collector.js";
import type { DecodedEvent, Decoder, DecoderOptions } from "../dialect.js";
import { GeminiAnswer } from "./answer.js";

/** Reads the one body of `generateContent`. */
export class GeminiPlainDecoder implements Decoder {
  readonly #answer: GeminiAnswer;
  readonly #body: BodyCollector;

  constructor(options: DecoderOptions) {
    this.#answer = new GeminiAnswer(options);
    this.#body = new BodyCollector(options.limits.totalBytes);
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    this.#body.push(bytes);
    return [];
  }

  end(): readonly DecodedEvent[] {
    return [...this.#answer.take(this.#body.json()), ...this.#answer.end()];
  }
}
