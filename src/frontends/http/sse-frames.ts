import type { FrameSink } from "../../dialects/dialect.js";

/** Gathers server-sent events into one text, so that what became readable together is one write. */
export class SseFrames implements FrameSink {
  #text = "";

  /** `id` is the sequence number in the session log, which a later attach goes on from. */
  frame(event: string | null, data: string, seq: number): void {
    this.#text +=
      event === null ? `id: ${seq}\ndata: ${data}\n\n` : `event: ${event}\nid: ${seq}\ndata: ${data}\n\n`;
  }

  raw(text: string): void {
    this.#text += text;
  }

  /** What was gathered since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}
