import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { authenticate } from "../authenticate.js";
import type { FrontEndDeps } from "../front-end.js";
import { CLOSE } from "./errors.js";
import { type OpenSocket, OpenSockets, type SocketLimits } from "./open-sockets.js";
import { type OriginVerdict, refuseUpgrade } from "./upgrade.js";

export interface SocketFrontEndOptions<S extends OpenSocket> {
  /** Path whose upgrades are its own. */
  readonly path: string;
  readonly limits: SocketLimits & { readonly frameBytes: number };
  /** Origins whose pages may connect, beside the gateway's own. */
  readonly origins: readonly string[];
  /** The offered subprotocol that is taken; false: none. A token may stand among them. */
  readonly selected: (offered: ReadonlySet<string>) => string | false;
  readonly isBusy: (socket: S) => boolean;
}

/** A socket that was let in. */
export interface OpenedSocket {
  readonly webSocket: WebSocket;
  /** The connection below. */
  readonly socket: Duplex;
  readonly token: string;
  readonly headers: IncomingMessage["headers"];
}

/** A WebSocket front end, whatever is spoken on it: it has no port of its own and takes upgrades of the HTTP
 *  front end; who may come in, and the end of all its sockets, are the same for each. */
export abstract class SocketFrontEnd<S extends OpenSocket> {
  protected readonly deps: FrontEndDeps;
  readonly #path: string;
  readonly #server: WebSocketServer;
  readonly #sockets: OpenSockets<S>;

  constructor(deps: FrontEndDeps, options: SocketFrontEndOptions<S>) {
    this.deps = deps;
    this.#path = options.path;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.limits.frameBytes,
      perMessageDeflate: false,
      handleProtocols: options.selected,
    });
    this.#sockets = new OpenSockets<S>({ ...options, clock: deps.clock });
  }

  /** @throws SluiceError for an upgrade that asks for something else than this front end speaks. */
  protected abstract check(request: IncomingMessage): void;
  /** What is spoken on a socket that was let in. */
  protected abstract connect(opened: OpenedSocket, onOver: (over: S) => void): S;

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Takes an upgrade of its own path; false: the path is not its own. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const [path] = (request.url ?? "").split("?");
    if (path !== this.#path) return false;
    void this.#upgrade(request, socket, head);
    return true;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const origin = this.#sockets.origin(request);
      this.check(request);
      this.#sockets.requireRoom();
      const caller = await this.#callerOf(request, origin);
      if (socket.destroyed) return;
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        if (caller instanceof SluiceError) refuseOpened(webSocket, caller);
        else this.#opened({ webSocket, socket, token: caller.token, headers: request.headers });
      });
    } catch (thrown) {
      refuseUpgrade(request, socket, asSluiceError(thrown));
    }
  }

  /** A page cannot see the status of a refused upgrade, only that it failed; so it is told by a close
   *  code after an upgrade that succeeds. */
  async #callerOf(
    request: IncomingMessage,
    origin: OriginVerdict,
  ): Promise<{ readonly token: string } | SluiceError> {
    try {
      return await authenticate(request.headers, this.deps.verifier);
    } catch (thrown) {
      const error = asSluiceError(thrown);
      if (origin === "none") throw error;
      return error;
    }
  }

  #opened(opened: OpenedSocket): void {
    if (this.#sockets.isDraining) opened.webSocket.close(CLOSE.shutdown, "shutting down");
    else this.#sockets.add(this.connect(opened, (over) => this.#sockets.remove(over)));
  }

  /** Takes no new sockets, closes idle ones; resolves when the last stream has ended. */
  drain(): Promise<void> {
    return this.#sockets.drain();
  }

  close(): Promise<void> {
    return this.#sockets.close();
  }
}

function refuseOpened(webSocket: WebSocket, error: SluiceError): void {
  webSocket.on("error", () => {});
  webSocket.on("message", () => {});
  const reason = error.code === "unauthenticated" ? "invalid_token" : error.code;
  webSocket.close(CLOSE.unauthenticated, reason);
}
