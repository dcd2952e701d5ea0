/** Most bytes of an error answer that are read. */
const MAX_BYTES = 64 * 1024;

/** The beginning of an error answer's body; it is mapped to a code and never passes. */
export class RefusalBody {
  readonly #parts: Buffer[] = [];
  #bytes = 0;

  /** Returns false when no more is wanted. */
  push(bytes: Buffer): boolean {
    const taken = bytes.subarray(0, MAX_BYTES - this.#bytes);
    this.#bytes += taken.length;
    this.#parts.push(taken);
    return this.#bytes < MAX_BYTES;
  }

  text(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
