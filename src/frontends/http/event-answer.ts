import type { Entry } from "../../domain/entry.js";
import type { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { toErrorMessage } from "../event.js";
import { eventMembers } from "../event-json.js";
import { stillOpen } from "../still-open.js";
import { openEventStream } from "./event-stream.js";
import type { Exchange } from "./exchange.js";
import { SseDelivery } from "./sse-delivery.js";

export interface EventAnswerOptions {
  readonly exchange: Exchange;
  readonly reading: Pick<LiveSession, "cursor" | "restore">;
  /** Turns (seconds) of silence after which a comment is sent. */
  readonly commentTurns: number;
  readonly onOver: (answer: EventAnswer) => void;
}

/** A session as server-sent events that hold the gateway's own JSON frames, `id:` being the sequence
 *  number; an EventSource that lost its connection goes on by itself. */
export class EventAnswer extends SseDelivery {
  readonly #onOver: (answer: EventAnswer) => void;
  #hasEnded = false;

  constructor({ exchange, reading, commentTurns, onOver }: EventAnswerOptions) {
    super(reading, { response: exchange.response, commentTurns });
    this.#onOver = onOver;
  }

  protected override get isOpen(): boolean {
    return true;
  }

  override start(): void {
    openEventStream(this.response);
    super.start();
  }

  protected override send(entries: readonly Entry[]): boolean {
    let text = "";
    for (const entry of entries) {
      if (entry.type === "ended") this.#hasEnded = true;
      const members = eventMembers(entry);
      if (members !== null) text += `id: ${entry.seq}\ndata: {${members}}\n\n`;
    }
    return this.writeText(text);
  }

  override finish(): void {
    if (this.#hasEnded) this.response.end();
    else this.fail(stillOpen());
  }

  override fail(error: SluiceError): void {
    this.response.end(`data: ${JSON.stringify({ error: toErrorMessage(error) })}\n\n`);
    this.close();
  }

  protected override onOver(): void {
    this.#onOver(this);
  }
}
