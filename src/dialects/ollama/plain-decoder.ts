import { BodyCollector } from "../body-collector.js";
import type { DecodedEvent, Decoder, DecoderOptions } from "../dialect.js";
import { broken } from "../sse-framing.js";
import { OllamaAnswer } from "./answer.js";

/** Reads the one body of an answer that was not asked for as a stream. */
export class OllamaPlainDecoder implements Decoder {
  readonly #answer: OllamaAnswer;
  readonly #body: BodyCollector;

  constructor(options: DecoderOptions) {
    this.#answer = new OllamaAnswer(options);
    this.#body = new BodyCollector(options.limits.totalBytes);
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    this.#body.push(bytes);
    return [];
  }

  end(): readonly DecodedEvent[] {
    const value = this.#body.json();
    if (value["done"] === undefined && value["error"] === undefined) throw broken("it holds no answer");
    return this.#answer.take(value);
  }
}
