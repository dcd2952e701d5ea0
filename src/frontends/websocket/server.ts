import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { authenticate } from "../authenticate.js";
import type { FrontEndDeps } from "../front-end.js";
import { Connection, type ConnectionLimits } from "./connection.js";
import { CLOSE } from "./errors.js";
import { OpenSockets, type SocketLimits } from "./open-sockets.js";
import type { SocketConnection } from "./socket-life.js";
import { type OriginVerdict, refuseUpgrade } from "./upgrade.js";

const SUBPROTOCOL = "sluice.v1.json";
const STREAM_PATH = "/v1/stream";

export interface WebSocketLimits extends ConnectionLimits, SocketLimits {}

export const DEFAULT_WEBSOCKET_LIMITS: WebSocketLimits = {
  frameBytes: 4 * 1024 * 1024,
  streamsPerSocket: 100,
  waitingFrames: 100,
  bufferedBytes: 64 * 1024,
  connections: 10_000,
  stallTimeoutMs: 60_000,
  pingMs: 30_000,
};

export interface WebSocketFrontEndOptions {
  readonly limits?: Partial<WebSocketLimits>;
  /** Origins whose pages may connect, beside the gateway's own. */
  readonly origins?: readonly string[];
}

export function createWebSocketFrontEnd(
  deps: FrontEndDeps,
  options: WebSocketFrontEndOptions = {},
): WebSocketFrontEnd {
  return new WebSocketFrontEnd(deps, options);
}

/** `/v1/stream`: it has no port of its own and takes upgrades of the HTTP front end. */
export class WebSocketFrontEnd {
  readonly #deps: FrontEndDeps;
  readonly #limits: WebSocketLimits;
  readonly #server: WebSocketServer;
  readonly #sockets: OpenSockets<SocketConnection>;

  constructor(deps: FrontEndDeps, options: WebSocketFrontEndOptions = {}) {
    const limits = { ...DEFAULT_WEBSOCKET_LIMITS, ...options.limits };
    this.#deps = deps;
    this.#limits = limits;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
      // The token stands among the offered entries; only the application's own is ever selected.
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#sockets = new OpenSockets<SocketConnection>({
      clock: deps.clock,
      limits,
      origins: options.origins ?? [],
      isBusy: ({ openStreams }) => openStreams > 0,
    });
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Takes an upgrade of its own path; false: the path is not its own. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const [path] = (request.url ?? "").split("?");
    if (path !== STREAM_PATH) return false;
    void this.#upgrade(request, socket, head);
    return true;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const origin = this.#sockets.origin(request);
      this.#admit(request);
      const caller = await this.#callerOf(request, origin);
      if (socket.destroyed) return;
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        if (caller instanceof SluiceError) refuseOpened(webSocket, caller);
        else this.#opened(webSocket, { socket, token: caller.token });
      });
    } catch (thrown) {
      refuseUpgrade(request, socket, asSluiceError(thrown));
    }
  }

  #admit({ headers }: IncomingMessage): void {
    const offered = headers["sec-websocket-protocol"]?.split(",").map((entry) => entry.trim()) ?? [];
    if (offered.length > 0 && !offered.includes(SUBPROTOCOL)) {
      throw new SluiceError("invalid_request", `The only subprotocol is ${SUBPROTOCOL}.`, {
        field: "sec-websocket-protocol",
      });
    }
    this.#sockets.requireRoom();
  }

  /** A page cannot see the status of a refused upgrade, only that it failed; so it is told by a close
   *  code after an upgrade that succeeds. */
  async #callerOf(
    request: IncomingMessage,
    origin: OriginVerdict,
  ): Promise<{ readonly token: string } | SluiceError> {
    try {
      return await authenticate(request.headers, this.#deps.verifier);
    } catch (thrown) {
      const error = asSluiceError(thrown);
      if (origin === "none") throw error;
      return error;
    }
  }

  #opened(
    webSocket: WebSocket,
    { socket, token }: { readonly socket: Duplex; readonly token: string },
  ): void {
    const connection = new Connection({
      deps: this.#deps,
      limits: this.#limits,
      webSocket,
      socket,
      token,
      onOver: (over) => this.#sockets.remove(over),
    });
    this.#sockets.add(connection);
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
