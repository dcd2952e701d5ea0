import { ByteBudget, broken } from "../broken.js";
import type { EventSink, Framing, FramingLimits } from "../event-decoder.js";

/** Cuts a body into lines of JSON (application/x-ndjson). Takes bytes cut anywhere. */
export class LineFraming implements Framing {
  readonly #decoder = new TextDecoder();
  readonly #lineLength: number;
  readonly #budget: ByteBudget;
  #rest = "";

  constructor(limits: FramingLimits) {
    this.#lineLength = limits.eventBytes;
    this.#budget = new ByteBudget(limits.totalBytes);
  }

  push(bytes: Buffer, sink: EventSink): void {
    this.#budget.spend(bytes);
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
    if (line.length > this.#lineLength) {
      throw broken(`one of its lines is longer than ${this.#lineLength} characters`);
    }
  }
}
