import type { ServerResponse } from "node:http";
import type { LiveSession } from "../../pipeline/call.js";
import { SessionDelivery } from "../session-delivery.js";

/** A session as an event stream of an HTTP answer, whatever its events are. */
export abstract class SseDelivery extends SessionDelivery {
  protected readonly response: ServerResponse;
  readonly #commentTurns: number;
  #quietTurns = 0;

  /** @param commentTurns Turns (seconds) of silence after which a comment is sent; clients give up after 300 s
   *  without bytes, and proxies sooner. */
  constructor(
    reading: Pick<LiveSession, "cursor" | "restore">,
    { response, commentTurns }: { readonly response: ServerResponse; readonly commentTurns: number },
  ) {
    super(reading);
    this.response = response;
    this.#commentTurns = commentTurns;
    response.on("drain", () => this.resume());
    response.on("close", () => this.close());
  }

  /** Whether the headers are out. */
  protected abstract readonly isOpen: boolean;

  protected get quietTurns(): number {
    return this.#quietTurns;
  }

  protected writeText(text: string): boolean {
    if (text === "") return true;
    this.#quietTurns = 0;
    return this.response.write(text);
  }

  /** Called once a second: silence is broken by a comment, since no client and no proxy waits for ever. */
  turn(): void {
    this.#quietTurns++;
    if (!this.isOpen || this.isOver || this.isBlocked || this.#quietTurns < this.#commentTurns) return;
    this.#quietTurns = 0;
    this.response.write(": waiting\n\n");
  }

  /** The client accepts nothing: no frame can reach it, so the connection is torn. */
  cut(): void {
    this.close("stalled");
    this.response.destroy();
  }
}
