import type { ServerResponse } from "node:http";
import type { Entry } from "../../domain/entry.js";
import type { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { toErrorMessage } from "../event.js";
import { eventMembers } from "../event-json.js";
import { Pump, type PumpSink } from "../pump.js";
import { RestoredEntries } from "../restored.js";
import type { WatchedStream } from "../stall-watch.js";
import { stillOpen } from "../still-open.js";
import { openEventStream } from "./event-stream.js";
import type { Exchange } from "./exchange.js";

export interface EventAnswerOptions {
  readonly exchange: Exchange;
  readonly reading: Pick<LiveSession, "cursor" | "restore">;
  /** Turns (seconds) of silence after which a comment is sent. */
  readonly commentTurns: number;
  readonly onOver: (answer: EventAnswer) => void;
}

/** A session as server-sent events that hold the gateway's own JSON frames, `id:` being the sequence
 *  number; an EventSource that lost its connection goes on by itself. */
export class EventAnswer implements PumpSink, WatchedStream {
  blockedTurns = 0;
  readonly #response: ServerResponse;
  readonly #restored: RestoredEntries | null;
  readonly #pump: Pump;
  readonly #onOver: (answer: EventAnswer) => void;
  readonly #commentTurns: number;
  #hasEnded = false;
  #isOver = false;
  #quietTurns = 0;

  constructor({ exchange, reading, commentTurns, onOver }: EventAnswerOptions) {
    this.#response = exchange.response;
    this.#onOver = onOver;
    this.#commentTurns = commentTurns;
    this.#restored = reading.restore === null ? null : new RestoredEntries(reading.restore);
    this.#pump = new Pump(reading.cursor, this);
    this.#response.on("drain", () => this.#drained());
    this.#response.on("close", () => this.#over());
  }

  get isBlocked(): boolean {
    return this.#pump.isBlocked;
  }

  start(): void {
    openEventStream(this.#response);
    this.#pump.start();
  }

  write(entries: readonly Entry[]): boolean {
    let text = "";
    for (const entry of this.#restored === null ? entries : this.#restored.restore(entries)) {
      if (entry.type === "ended") this.#hasEnded = true;
      const members = eventMembers(entry);
      if (members !== null) text += `id: ${entry.seq}\ndata: {${members}}\n\n`;
    }
    this.#quietTurns = 0;
    return text === "" || this.#response.write(text);
  }

  finish(): void {
    if (this.#hasEnded) this.#response.end();
    else this.fail(stillOpen());
  }

  fail(error: SluiceError): void {
    this.#response.end(`data: ${JSON.stringify({ error: toErrorMessage(error) })}\n\n`);
    this.#over();
  }

  turn(): void {
    this.#quietTurns++;
    if (this.isBlocked || this.#quietTurns < this.#commentTurns) return;
    this.#quietTurns = 0;
    this.#response.write(": waiting\n\n");
  }

  cut(): void {
    this.#pump.close("stalled");
    this.#response.destroy();
    this.#over();
  }

  #drained(): void {
    this.blockedTurns = 0;
    this.#pump.resume();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pump.close();
    this.#onOver(this);
  }
}
