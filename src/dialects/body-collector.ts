import { isJsonObject, type JsonObject } from "../domain/json.js";
import { broken } from "./sse-framing.js";

/** Gathers the one body of a plain answer, up to a limit. */
export class BodyCollector {
  readonly #limitBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @throws SluiceError `upstream_broken` beyond the limit. */
  push(bytes: Buffer): void {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#limitBytes) throw broken(`its body is larger than ${this.#limitBytes} bytes`);
    // The caller may use its buffer again.
    this.#chunks.push(Buffer.from(bytes));
  }

  /** @throws SluiceError `upstream_broken` for what is no JSON object. */
  json(): JsonObject {
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
