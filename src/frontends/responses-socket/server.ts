import type { ClientDialect } from "../../dialects/dialect.js";
import { SluiceError } from "../../domain/errors.js";
import type { FrontEndDeps } from "../front-end.js";
import type { SocketLimits } from "../websocket/open-sockets.js";
import { type OpenedSocket, SocketFrontEnd } from "../websocket/socket-front-end.js";
import { Connection, type ConnectionLimits } from "./connection.js";

const RESPONSES_PATH = "/v1/responses";

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

/** The WebSocket mode of the Responses API. */
export class ResponsesSocketFrontEnd extends SocketFrontEnd<Connection> {
  readonly #dialect: ClientDialect;
  readonly #options: ResponsesSocketOptions;
  readonly #limits: ResponsesSocketLimits;

  constructor(deps: FrontEndDeps, options: ResponsesSocketOptions) {
    const dialect = deps.dialects.get("openai-responses");
    if (dialect === undefined) throw new SluiceError("internal", "There is no dialect of the Responses API.");
    const limits = { ...DEFAULT_RESPONSES_SOCKET_LIMITS, ...options.limits };
    super(deps, {
      path: RESPONSES_PATH,
      limits,
      origins: options.origins ?? [],
      // The mode has no subprotocol, and what a page may offer holds its token: none is selected.
      selected: () => false,
      isBusy: ({ openStreams }) => openStreams > 0,
    });
    this.#dialect = dialect;
    this.#options = options;
    this.#limits = limits;
  }

  /** Nothing is negotiated. */
  protected override check(): void {}

  protected override connect(opened: OpenedSocket, onOver: (over: Connection) => void): Connection {
    const { passFields = () => [], randomBytes } = this.#options;
    return new Connection({
      ...opened,
      deps: this.deps,
      dialect: this.#dialect,
      limits: this.#limits,
      passFields,
      randomBytes,
      onOver,
    });
  }
}
