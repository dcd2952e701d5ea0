import type { EventSink, Framing } from "../event-decoder.js";
import { broken, type SseLimits } from "../sse-framing.js";

/** Cuts a body into lines of JSON (application/x-ndjson). Takes bytes cut anywhere. */
export class LineFraming implements Framing {
  readonly #decoder = new TextDecoder();
  readonly #limits: SseLimits;
  #rest = "";
  #totalBytes = 0;

  constructor(limits: SseLimits) {
    this.#limits = limits;
  }

  push(bytes: Buffer, sink: EventSink): void {
    this.#totalBytes += bytes.byteLength;
    if (this.#totalBytes > this.#limits.totalBytes) {
      throw broken(`its body is larger than ${this.#limits.totalBytes} bytes`);
    }
    this.#take(this.#decoder.decode(bytes, { stream: true }), sink);
  }

  /** The body ended; a line without its line feed is delivered too. */
  end(sink: EventSink): void {
    this.#take(`${this.#decoder.decode()}\n`, sink);
  }

  #take(text: string, sink: EventSink): void {
    // What is left of an earlier piece holds no line feed, so only the new piece is searched.
    const lines = text.split("\n");
    lines[0] = this.#rest + (lines[0] ?? "");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      this.#check(line);
      if (line.trim() !== "") sink(null, line);
    }
    this.#check(this.#rest);
  }

  #check(line: string): void {
    if (line.length > this.#limits.eventBytes) {
      throw broken(`one of its lines is longer than ${this.#limits.eventBytes} characters`);
    }
  }
}
