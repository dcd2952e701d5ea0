import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { authenticate } from "../authenticate.js";
import type { FrontEndDeps } from "../front-end.js";
import { StallWatch, TURN_MS } from "../stall-watch.js";
import { Connection, type ConnectionLimits } from "./connection.js";
import { CLOSE } from "./errors.js";
import type { SocketConnection } from "./socket-life.js";
import { type OriginVerdict, originOf, refuseUpgrade } from "./upgrade.js";

const SUBPROTOCOL = "sluice.v1.json";
const STREAM_PATH = "/v1/stream";

export interface WebSocketLimits extends ConnectionLimits {
  /** Sockets at one time. Default 10,000. */
  readonly connections: number;
  /** How long a client may accept nothing. Default 60 s. */
  readonly stallTimeoutMs: number;
  /** How often a client is asked whether it lives. Default 30 s. */
  readonly pingMs: number;
}

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
  readonly #origins: ReadonlySet<string>;
  readonly #server: WebSocketServer;
  readonly #watch: StallWatch<SocketConnection>;
  #isDraining = false;

  constructor(deps: FrontEndDeps, options: WebSocketFrontEndOptions = {}) {
    const limits = { ...DEFAULT_WEBSOCKET_LIMITS, ...options.limits };
    const pingTurns = Math.max(1, Math.round(limits.pingMs / TURN_MS));
    this.#deps = deps;
    this.#limits = limits;
    this.#origins = new Set(options.origins ?? []);
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
      // The token stands among the offered entries; only the application's own is ever selected.
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#watch = new StallWatch<SocketConnection>({
      clock: deps.clock,
      stallTimeoutMs: limits.stallTimeoutMs,
      onStall: (connection) => connection.cut(),
      onTurn: (connection, turn) => {
        if (turn % pingTurns === 0) connection.ping();
      },
    });
  }

  get openConnections(): number {
    return this.#watch.size;
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
      const origin = originOf(request, this.#origins);
      this.#admit(request, origin);
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

  #admit({ headers }: IncomingMessage, origin: OriginVerdict): void {
    if (origin === "foreign") {
      throw new SluiceError("permission_denied", "Pages of this origin may not connect.", {
        field: "origin",
      });
    }
    const offered = headers["sec-websocket-protocol"]?.split(",").map((entry) => entry.trim()) ?? [];
    if (offered.length > 0 && !offered.includes(SUBPROTOCOL)) {
      throw new SluiceError("invalid_request", `The only subprotocol is ${SUBPROTOCOL}.`, {
        field: "sec-websocket-protocol",
      });
    }
    if (this.#isDraining)
      throw new SluiceError("shutdown", "The gateway is shutting down.", { retryAfterMs: 2000 });
    if (this.#watch.size >= this.#limits.connections) {
      throw new SluiceError("overloaded", "There are too many open sockets.", { retryAfterMs: 2000 });
    }
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
      onOver: (over) => this.#watch.remove(over),
    });
    this.#watch.add(connection);
  }

  /** Takes no new sockets, closes idle ones; resolves when the last stream has ended. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const isBusy = (): boolean => this.#watch.streams().some((connection) => connection.openStreams > 0);
    while (isBusy()) await new Promise<void>((resolve) => this.#deps.clock.after(50, resolve));
    await this.close();
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    for (const connection of this.#watch.streams()) {
      connection.shutDown(new SluiceError("shutdown", "The gateway is shutting down."));
    }
    this.#watch.close();
  }
}

function refuseOpened(webSocket: WebSocket, error: SluiceError): void {
  webSocket.on("error", () => {});
  webSocket.on("message", () => {});
  const reason = error.code === "unauthenticated" ? "invalid_token" : error.code;
  webSocket.close(CLOSE.unauthenticated, reason);
}
