/** How the bytes of a text are to be read; stands in the low two bits of its length. */
const LATIN1 = 0;
const UTF8 = 1;
const UTF16 = 2;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Up to this many characters a loop in JavaScript beats a call into native code. */
const SHORT = 31;

/**
 * Writes the primitives of docs/session-log.md into one growing buffer. A method that writes reserves
 * what it needs; `position` is where the next byte goes.
 */
export class ByteWriter {
  bytes: Buffer;
  position = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  reserve(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.position);
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  /** LEB128, for integers from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.bytes[this.position++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.bytes[this.position++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.position++] = rest;
  }

  /** `varint(byteLength * 4 + encoding)` and the bytes. Keeps every string exactly, lone surrogates too. */
  text(value: string): void {
    if (value.length <= SHORT && this.#shortLatin1(value)) return;
    if (!LONE_SURROGATE.test(value)) {
      const size = Buffer.byteLength(value, "utf8");
      this.varint(size * 4 + (size === value.length ? LATIN1 : UTF8));
      this.reserve(size);
      this.bytes.write(value, this.position, size, "utf8");
      this.position += size;
      return;
    }
    const size = value.length * 2;
    this.varint(size * 4 + UTF16);
    this.reserve(size);
    this.bytes.write(value, this.position, size, "utf16le");
    this.position += size;
  }

  #shortLatin1(value: string): boolean {
    const length = value.length;
    this.reserve(length + 1);
    const { bytes } = this;
    let at = this.position + 1;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 255) return false;
      bytes[at++] = unit;
    }
    bytes[this.position] = length * 4 + LATIN1;
    this.position = at;
    return true;
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.position);
    this.position += value.length;
  }

  /** A string of characters up to 255, one byte each, without a length. */
  latin1(value: string): void {
    this.reserve(value.length);
    this.bytes.write(value, this.position, value.length, "latin1");
    this.position += value.length;
  }
}
