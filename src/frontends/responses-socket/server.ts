import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { asSluiceError } from "../../domain/errors.js";
import { authenticate, type Caller } from "../authenticate.js";
import type { FrontEndDeps } from "../front-end.js";
import { OpenSockets, type SocketLimits } from "../websocket/open-sockets.js";
import { refuseUpgrade } from "../websocket/upgrade.js";
import { Connection, type ConnectionLimits } from "./connection.js";

export const RESPONSES_PATH = "/v1/responses";

export interface ResponsesSocketLimits extends ConnectionLimits, SocketLimits {}

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
  readonly #server: WebSocketServer;
  readonly #sockets: OpenSockets<Connection>;

  constructor(deps: FrontEndDeps, options: ResponsesSocketOptions) {
    const limits = { ...DEFAULT_RESPONSES_SOCKET_LIMITS, ...options.limits };
    this.#deps = deps;
    this.#options = options;
    this.#limits = limits;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
      // The mode has no subprotocol, and what a page may offer holds its token: none is selected.
      handleProtocols: () => false,
    });
    this.#sockets = new OpenSockets<Connection>({
      clock: deps.clock,
      limits,
      origins: options.origins ?? [],
      isBusy: ({ isIdle }) => !isIdle,
    });
  }

  get openConnections(): number {
    return this.#sockets.size;
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
      this.#sockets.origin(request);
      this.#sockets.requireRoom();
      const caller = await authenticate(request.headers, this.#deps.verifier);
      if (socket.destroyed) return;
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        this.#open(request, { webSocket, socket, token: caller.token });
      });
    } catch (thrown) {
      refuseUpgrade(request, socket, asSluiceError(thrown));
    }
  }

  #open(
    { headers }: IncomingMessage,
    opened: Pick<Caller, "token"> & { readonly webSocket: WebSocket; readonly socket: Duplex },
  ): void {
    const dialect = this.#deps.dialects.get("openai-responses");
    if (dialect === undefined || this.#sockets.isDraining) {
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
