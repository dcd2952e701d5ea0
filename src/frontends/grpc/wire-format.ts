/** The parts of protobuf's wire format that events need. @see https://protobuf.dev/programming-guides/encoding/ */

export const doubleSize = 8;

/** Bytes of an unsigned number up to 32 bits. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

export function byteLengthOf(text: string): number {
  return Buffer.byteLength(text);
}

/** A buffer that grows. */
export class ByteSink {
  #buffer: Buffer;
  #length = 0;

  constructor(expectedBytes: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(64, expectedBytes));
  }

  get length(): number {
    return this.#length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  double(value: number): void {
    this.#reserve(doubleSize);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** @param byteLength as `byteLengthOf` says. */
  text(value: string, byteLength: number): void {
    this.#reserve(byteLength);
    this.#buffer.write(value, this.#length, byteLength, "utf8");
    this.#length += byteLength;
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
