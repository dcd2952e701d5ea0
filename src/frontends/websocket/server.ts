import type { IncomingMessage } from "node:http";
import { SluiceError } from "../../domain/errors.js";
import type { FrontEndDeps } from "../front-end.js";
import { Connection, type ConnectionLimits } from "./connection.js";
import type { SocketLimits } from "./open-sockets.js";
import { type OpenedSocket, SocketFrontEnd } from "./socket-front-end.js";
import type { SocketConnection } from "./socket-life.js";

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

/** `/v1/stream`. */
export class WebSocketFrontEnd extends SocketFrontEnd<SocketConnection> {
  readonly #limits: WebSocketLimits;

  constructor(deps: FrontEndDeps, options: WebSocketFrontEndOptions = {}) {
    const limits = { ...DEFAULT_WEBSOCKET_LIMITS, ...options.limits };
    super(deps, {
      path: STREAM_PATH,
      limits,
      origins: options.origins ?? [],
      // The token stands among the offered entries; only the application's own is ever selected.
      selected: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
      isBusy: ({ openStreams }) => openStreams > 0,
    });
    this.#limits = limits;
  }

  protected override check({ headers }: IncomingMessage): void {
    const offered = headers["sec-websocket-protocol"]?.split(",").map((entry) => entry.trim()) ?? [];
    if (offered.length === 0 || offered.includes(SUBPROTOCOL)) return;
    throw new SluiceError("invalid_request", `The only subprotocol is ${SUBPROTOCOL}.`, {
      field: "sec-websocket-protocol",
    });
  }

  protected override connect(
    opened: OpenedSocket,
    onOver: (over: SocketConnection) => void,
  ): SocketConnection {
    return new Connection({ ...opened, deps: this.deps, limits: this.#limits, onOver });
  }
}
