/** Bytes that are not what docs/session-log.md says. Caught inside the room and turned into a report. */
export class MalformedBytes extends Error {
  override readonly name = "MalformedBytes";
}

/** Reads the primitives that `ByteWriter` writes. @throws MalformedBytes past the end, or where a form is unknown. */
export class ByteReader {
  bytes: Buffer;
  position: number;
  end: number;

  constructor(bytes: Buffer, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Turns to other bytes, so that a reader of many small things need not be many readers. */
  aim(bytes: Buffer, position: number, end: number): void {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined || this.position >= this.end) throw new MalformedBytes("ends early");
    this.position++;
    return value;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let index = 0; index < 8; index++) {
      const next = this.byte();
      value += (next & 127) * factor;
      if (next < 128) return value;
      factor *= 128;
    }
    throw new MalformedBytes("has an integer that is too long");
  }

  text(): string {
    const header = this.varint();
    const size = Math.floor(header / 4);
    const from = this.#skip(size);
    switch (header % 4) {
      case 0:
        return this.bytes.toString("latin1", from, from + size);
      case 1:
        return this.bytes.toString("utf8", from, from + size);
      case 2:
        return this.bytes.toString("utf16le", from, from + size);
      default:
        throw new MalformedBytes("has a text in an unknown encoding");
    }
  }

  /** The next `size` bytes as a latin1 string. */
  latin1(size: number): string {
    const from = this.#skip(size);
    return this.bytes.toString("latin1", from, from + size);
  }

  skip(size: number): void {
    this.#skip(size);
  }

  /** A view of the next `size` bytes. */
  raw(size: number): Buffer {
    const from = this.#skip(size);
    return this.bytes.subarray(from, from + size);
  }

  #skip(size: number): number {
    const from = this.position;
    if (size > this.end - from) throw new MalformedBytes("ends early");
    this.position = from + size;
    return from;
  }
}
