import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import type { Dialer } from "./dialer.js";

/** One HTTP/1.1 connection to a model, and the socket below it. */
export class Connection {
  readonly #client: Client;
  #socket: Socket | null = null;
  #cancelDial: () => void = () => undefined;
  #shut = false;
  #isDestroyed = false;

  /** @param onClosed called when the peer closed the connection, used or idle. */
  constructor(origin: URL, dial: Dialer, onClosed: () => void) {
    this.#client = new Client(origin, {
      pipelining: 1,
      // Deadlines are the call's own; the library's timers have a granularity of a second.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 32 * 1024,
      connect: (_options, callback) => {
        this.#cancelDial = dial((error, socket) => {
          if (socket !== null) {
            this.#adopt(socket);
            callback(null, socket);
          } else {
            callback(error ?? new Error("no socket"), null);
          }
        });
      },
    });
    this.#client.on("disconnect", onClosed);
    this.#client.on("connectionError", onClosed);
  }

  send(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  /** Stops taking bytes from the socket; the kernel's buffer then stops the peer. */
  pause(): void {
    this.#shut = true;
  }

  resume(): void {
    if (!this.#shut) return;
    this.#shut = false;
    this.#socket?.emit("readable");
  }

  /** Closes the socket at once, also one that is being opened. Resolves when it is closed. */
  async destroy(): Promise<void> {
    if (!this.#isDestroyed) {
      this.#isDestroyed = true;
      this.#cancelDial();
      this.#client.destroy().catch(() => undefined);
    }
    const socket = this.#socket;
    if (socket === null || socket.closed) return;
    await new Promise<void>((resolve) => {
      socket.once("close", () => resolve());
      socket.destroy();
    });
  }

  /**
   * The pause stands here and not in the library's own: its parser asserts that it is not paused when a
   * connection that will not be kept alive is reset, and the assertion reaches the process as an uncaught
   * exception. A socket that gives nothing looks to the parser like a peer that sends nothing.
   */
  #adopt(socket: Socket): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => (this.#shut ? null : read(size));
    this.#socket = socket;
  }
}
