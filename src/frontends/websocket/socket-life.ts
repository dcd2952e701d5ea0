import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { SluiceError } from "../../domain/errors.js";
import type { Clock } from "../../domain/time.js";
import type { WatchedStream } from "../stall-watch.js";
import { CLOSE } from "./errors.js";

/** What the server does with any of its connections. */
export interface SocketConnection extends WatchedStream {
  /** Sessions that it carries. */
  readonly openStreams: number;
  /** Asks the client whether it lives; the third time without an answer is the last. */
  ping(): void;
  /** Tears the connection of a client that accepts nothing. */
  cut(): void;
  /** Ends every stream with an error, then the socket. */
  shutDown(error: SluiceError): void;
}

export interface SocketLifeOptions {
  readonly webSocket: WebSocket;
  /** The connection below, to see it drain. */
  readonly socket: Duplex;
  readonly deps: { readonly clock: Clock };
  /** Bytes that may wait in the socket before its streams pause. */
  readonly bufferedBytes: number;
}

/** How long a client has to answer a close frame. */
const CLOSE_WAIT_MS = 500;

/** The life of a socket: pressure, signs of life, and its end, the same for every protocol on it. */
export abstract class SocketLife implements SocketConnection {
  blockedTurns = 0;
  abstract readonly openStreams: number;
  readonly #options: SocketLifeOptions;
  #missedPongs = 0;
  #isBlocked = false;
  #isClosed = false;

  constructor(options: SocketLifeOptions) {
    this.#options = options;
    const { webSocket, socket } = options;
    webSocket.on("pong", () => {
      this.#missedPongs = 0;
    });
    webSocket.on("error", () => {});
    webSocket.on("close", () => this.#closed());
    socket.on("drain", () => {
      this.#isBlocked = false;
      this.blockedTurns = 0;
      this.onDrain();
    });
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** False: enough waits in the socket; `onDrain` says when it takes more. */
  send(frame: string): boolean {
    const { webSocket } = this.#options;
    if (webSocket.readyState !== webSocket.OPEN) return true;
    webSocket.send(frame);
    return this.hasRoom();
  }

  hasRoom(): boolean {
    const { webSocket, bufferedBytes } = this.#options;
    this.#isBlocked = webSocket.bufferedAmount > bufferedBytes;
    return !this.#isBlocked;
  }

  protected abstract onDrain(): void;
  protected abstract onShutDown(error: SluiceError): void;
  protected abstract onClose(): void;

  ping(): void {
    if (this.#missedPongs >= 2) this.#options.webSocket.terminate();
    else {
      this.#missedPongs++;
      this.#options.webSocket.ping();
    }
  }

  cut(): void {
    // A close frame would wait behind what the client does not take.
    this.#options.webSocket.terminate();
    this.#closed();
  }

  shutDown(error: SluiceError): void {
    this.onShutDown(error);
    this.close(CLOSE.shutdown, "shutting down");
  }

  close(code: number, reason: string): void {
    const { webSocket, deps } = this.#options;
    webSocket.close(code, reason);
    deps.clock.after(CLOSE_WAIT_MS, () => webSocket.terminate());
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onClose();
  }
}

/** One message as one buffer, in whichever form it was received. */
export function bytesOf(data: WebSocket.RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
