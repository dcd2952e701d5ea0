import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { authenticate, type Caller } from "../authenticate.js";
import type { FrontEndDeps } from "../front-end.js";
import { StallWatch, TURN_MS } from "../stall-watch.js";
import { originOf, refuseUpgrade } from "../websocket/upgrade.js";
import { Connection, type ConnectionLimits } from "./connection.js";

export const RESPONSES_PATH = "/v1/responses";

export interface ResponsesSocketLimits extends ConnectionLimits {
  /** Sockets at one time. Default 10,000. */
  readonly connections: number;
  /** How long a client may accept nothing. Default 60 s. */
  readonly stallTimeoutMs: number;
  /** How often a client is asked whether it lives. Default 30 s. */
  readonly pingMs: number;
}

export const DEFAULT_RESPONSES_SOCKET_LIMITS: ResponsesSocketLimits = {
  frameBytes: 8 * 1024 * 1024,
  unreadFrames: 100,
  bufferedBytes: 64 * 1024,
  ageMs: 60 * 60_000,
  memoryBytes: 8 * 1024 * 1024,
  inFlight: 16,
  lanes: 32,
  waiting: 64,
  connections: 10_000,
  stallTimeoutMs: 60_000,
  pingMs: 30_000,
};

export interface ResponsesSocketOptions {
  readonly limits?: Partial<ResponsesSocketLimits>;
  /** Origins whose pages may connect, beside the gateway's own. */
  readonly origins?: readonly string[];
  /** Further request keys that the model's connection accepts. */
  readonly passFields?: (model: string) => readonly string[];
  /** Keys of the connections' memories. */
  readonly randomBytes: (count: number) => Uint8Array;
}

export function createResponsesSocketFrontEnd(
  deps: FrontEndDeps,
  options: ResponsesSocketOptions,
): ResponsesSocketFrontEnd {
  return new ResponsesSocketFrontEnd(deps, options);
}

/** The WebSocket mode of the Responses API: it takes upgrades of the HTTP front end. */
export class ResponsesSocketFrontEnd {
  readonly #deps: FrontEndDeps;
  readonly #options: ResponsesSocketOptions;
  readonly #limits: ResponsesSocketLimits;
  readonly #origins: ReadonlySet<string>;
  readonly #server: WebSocketServer;
  readonly #watch: StallWatch<Connection>;
  #isDraining = false;

  constructor(deps: FrontEndDeps, options: ResponsesSocketOptions) {
    const limits = { ...DEFAULT_RESPONSES_SOCKET_LIMITS, ...options.limits };
    const pingTurns = Math.max(1, Math.round(limits.pingMs / TURN_MS));
    this.#deps = deps;
    this.#options = options;
    this.#limits = limits;
    this.#origins = new Set(options.origins ?? []);
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
      // The mode has no subprotocol, and what a page may offer holds its token: none is selected.
      handleProtocols: () => false,
    });
    this.#watch = new StallWatch<Connection>({
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
    if (path !== RESPONSES_PATH) return false;
    void this.#upgrade(request, socket, head);
    return true;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      this.#admit(request);
      const caller = await authenticate(request.headers, this.#deps.verifier);
      if (socket.destroyed) return;
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        this.#open(request, { webSocket, socket, token: caller.token });
      });
    } catch (thrown) {
      refuseUpgrade(request, socket, asSluiceError(thrown));
    }
  }

  #admit(request: IncomingMessage): void {
    if (originOf(request, this.#origins) === "foreign") {
      throw new SluiceError("permission_denied", "Pages of this origin may not connect.", {
        field: "origin",
      });
    }
    if (this.#isDraining)
      throw new SluiceError("shutdown", "The gateway is shutting down.", { retryAfterMs: 2000 });
    if (this.#watch.size >= this.#limits.connections) {
      throw new SluiceError("overloaded", "There are too many open sockets.", { retryAfterMs: 2000 });
    }
  }

  #open(
    { headers }: IncomingMessage,
    opened: Pick<Caller, "token"> & { readonly webSocket: WebSocket; readonly socket: Duplex },
  ): void {
    const dialect = this.#deps.dialects.get("openai-responses");
    if (dialect === undefined || this.#isDraining) {
      opened.webSocket.close(1001, "not served");
      return;
    }
    const connection = new Connection({
      ...opened,
      deps: this.#deps,
      dialect,
      limits: this.#limits,
      passFields: this.#options.passFields ?? (() => []),
      randomBytes: this.#options.randomBytes,
      headers,
      onOver: (over) => this.#watch.remove(over),
    });
    this.#watch.add(connection);
  }

  /** Takes no new sockets, closes idle ones; resolves when the last response has ended. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const isBusy = (): boolean => this.#watch.streams().some((connection) => !connection.isIdle);
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
