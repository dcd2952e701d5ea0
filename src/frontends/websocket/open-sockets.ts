import type { IncomingMessage } from "node:http";
import { SluiceError } from "../../domain/errors.js";
import type { Clock } from "../../domain/time.js";
import { StallWatch, TURN_MS, type WatchedStream } from "../stall-watch.js";
import { type OriginVerdict, originOf } from "./upgrade.js";

/** A socket as the list of open ones treats it, whatever is spoken on it. */
export interface OpenSocket extends WatchedStream {
  /** Asks the client whether it lives. */
  ping(): void;
  /** Tears the connection of a client that accepts nothing. */
  cut(): void;
  /** Ends every stream with an error, then the socket. */
  shutDown(error: SluiceError): void;
}

export interface SocketLimits {
  /** Sockets at one time. */
  readonly connections: number;
  /** How long a client may accept nothing. */
  readonly stallTimeoutMs: number;
  /** How often a client is asked whether it lives. */
  readonly pingMs: number;
}

export interface OpenSocketsOptions<S extends OpenSocket> {
  readonly clock: Clock;
  readonly limits: SocketLimits;
  /** Origins whose pages may connect, beside the gateway's own. */
  readonly origins: readonly string[];
  readonly isBusy: (socket: S) => boolean;
}

const DRAIN_LOOK_MS = 50;
const RETRY_MS = 2000;

/** The open sockets of one WebSocket front end: who may come in, signs of life, stalled ones, the end. */
export class OpenSockets<S extends OpenSocket> {
  readonly #options: OpenSocketsOptions<S>;
  readonly #origins: ReadonlySet<string>;
  readonly #watch: StallWatch<S>;
  #isDraining = false;

  constructor(options: OpenSocketsOptions<S>) {
    const { clock, limits, origins } = options;
    const pingTurns = Math.max(1, Math.round(limits.pingMs / TURN_MS));
    this.#options = options;
    this.#origins = new Set(origins);
    this.#watch = new StallWatch<S>({
      clock,
      stallTimeoutMs: limits.stallTimeoutMs,
      onStall: (socket) => socket.cut(),
      onTurn: (socket, turn) => {
        if (turn % pingTurns === 0) socket.ping();
      },
    });
  }

  get size(): number {
    return this.#watch.size;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Where the request comes from. @throws SluiceError `permission_denied` for a foreign page. */
  origin(request: IncomingMessage): OriginVerdict {
    const origin = originOf(request, this.#origins);
    if (origin !== "foreign") return origin;
    throw new SluiceError("permission_denied", "Pages of this origin may not connect.", { field: "origin" });
  }

  /** @throws SluiceError `shutdown`, `overloaded`. */
  requireRoom(): void {
    const retry = { retryAfterMs: RETRY_MS };
    if (this.#isDraining) throw new SluiceError("shutdown", "The gateway is shutting down.", retry);
    if (this.#watch.size >= this.#options.limits.connections) {
      throw new SluiceError("overloaded", "There are too many open sockets.", retry);
    }
  }

  add(socket: S): void {
    this.#watch.add(socket);
  }

  remove(socket: S): void {
    this.#watch.remove(socket);
  }

  /** Takes no new sockets, closes idle ones; resolves when the last stream has ended. */
  async drain(): Promise<void> {
    const { clock, isBusy } = this.#options;
    this.#isDraining = true;
    while (this.#watch.streams().some(isBusy)) {
      await new Promise<void>((resolve) => clock.after(DRAIN_LOOK_MS, resolve));
    }
    await this.close();
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    for (const socket of this.#watch.streams()) {
      socket.shutDown(new SluiceError("shutdown", "The gateway is shutting down."));
    }
    this.#watch.close();
  }
}
