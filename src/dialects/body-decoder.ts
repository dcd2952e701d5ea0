import { asSluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject } from "../domain/json.js";
import { ByteBudget, broken } from "./broken.js";
import { reportedError } from "./decoded.js";
import type { DecodedEvent, Decoder, DecoderOptions } from "./dialect.js";

/** What the decoders of plain answers share: they gather the one body, up to a limit, and read it when it is whole. */
export abstract class BodyDecoder implements Decoder {
  readonly #budget: ByteBudget;
  #chunks: Buffer[] = [];

  constructor({ limits }: Pick<DecoderOptions, "limits">) {
    this.#budget = new ByteBudget(limits.totalBytes);
  }

  push(bytes: Buffer): readonly DecodedEvent[] {
    try {
      this.#budget.spend(bytes);
    } catch (thrown) {
      return [{ type: "failed", error: asSluiceError(thrown) }];
    }
    // The caller may use its buffer again.
    this.#chunks.push(Buffer.from(bytes));
    return [];
  }

  end(): readonly DecodedEvent[] {
    try {
      const body = this.#json();
      const error = body["error"];
      if (error !== undefined && error !== null) return [{ type: "failed", error: reportedError(error) }];
      return this.read(body);
    } catch (thrown) {
      return [{ type: "failed", error: asSluiceError(thrown) }];
    }
  }

  /** What the body means. Throws SluiceError `upstream_broken` for what breaks the dialect's rules. */
  protected abstract read(body: JsonObject): readonly DecodedEvent[];

  #json(): JsonObject {
    const text = new TextDecoder().decode(Buffer.concat(this.#chunks));
    this.#chunks = [];
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw broken("its body is not valid JSON");
    }
    if (!isJsonObject(value)) throw broken("its body is not a JSON object");
    return value;
  }
}
