import type { JsonObject } from "../../domain/json.js";
import { BodyDecoder } from "../body-decoder.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { GeminiAnswer } from "./answer.js";

/** Reads the one body of `generateContent`. */
export class GeminiPlainDecoder extends BodyDecoder {
  readonly #answer: GeminiAnswer;

  constructor(options: DecoderOptions) {
    super(options);
    this.#answer = new GeminiAnswer(options);
  }

  protected override read(body: JsonObject): readonly DecodedEvent[] {
    return [...this.#answer.take(body), ...this.#answer.end()];
  }
}
