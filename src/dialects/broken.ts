import { SluiceError } from "../domain/errors.js";

/** The upstream's answer cannot be read; `why` continues "The model's answer is broken: ". */
export function broken(why: string): SluiceError {
  return new SluiceError("upstream_broken", `The model's answer is broken: ${why}.`);
}

/** Counts the bytes of a body up to a limit. */
export class ByteBudget {
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @throws SluiceError `upstream_broken` beyond the limit. */
  spend({ byteLength }: Uint8Array): void {
    this.#bytes += byteLength;
    if (this.#bytes > this.#limitBytes) throw broken(`its body is larger than ${this.#limitBytes} bytes`);
  }
}
