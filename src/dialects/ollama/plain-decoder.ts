import type { JsonObject } from "../../domain/json.js";
import { BodyDecoder } from "../body-decoder.js";
import { broken } from "../broken.js";
import type { DecodedEvent, DecoderOptions } from "../dialect.js";
import { OllamaAnswer } from "./answer.js";

/** Reads the one body of an answer that was not asked for as a stream. */
export class OllamaPlainDecoder extends BodyDecoder {
  readonly #answer: OllamaAnswer;

  constructor(options: DecoderOptions) {
    super(options);
    this.#answer = new OllamaAnswer(options);
  }

  protected override read(body: JsonObject): readonly DecodedEvent[] {
    if (body["done"] === undefined) throw broken("it holds no answer");
    return this.#answer.take(body);
  }
}
