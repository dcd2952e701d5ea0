import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ClientDialect } from "../../dialects/dialect.js";
import { parseStrictJsonInSlices } from "../../dialects/strict-json.js";
import { asSluiceError, SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import { reportFault } from "../fault.js";
import type { FrontEndDeps } from "../front-end.js";
import { CLOSE } from "./errors.js";
import { ResponseTurn } from "./response-turn.js";
import { errorEvent, laneIn, onLane, parseCreate, type ResponseCreate } from "./responses-frames.js";
import { bytesOf, type SocketConnection, SocketLife } from "./socket-life.js";

export interface ResponsesOptions {
  readonly deps: FrontEndDeps;
  readonly dialect: ClientDialect;
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
  readonly token: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly frameBytes: number;
  readonly bufferedBytes: number;
  readonly onOver: (connection: SocketConnection) => void;
}

/** As OpenAI has them. */
const MOST_IN_FLIGHT = 16;
const MOST_LANES = 32;
const MOST_MINUTES = 60;
const MOST_WAITING = 100;

/**
 * OpenAI's Responses over WebSocket, so that its SDKs and agents connect unchanged. Lanes run side by
 * side, what stands in one lane follows one another. Earlier turns and warm-ups are the gateway's to know,
 * as they are over HTTP.
 */
export class ResponsesConnection extends SocketLife {
  readonly #options: ResponsesOptions;
  readonly #lanes = new Map<string | null, Promise<void>>();
  readonly #turns = new Set<ResponseTurn>();
  #waiting = 0;
  #inFlight = 0;
  readonly #cancelAge: () => void;

  constructor(options: ResponsesOptions) {
    super(options);
    this.#options = options;
    options.webSocket.on("message", (data, isBinary) => {
      if (isBinary) this.close(CLOSE.notText, "frames are JSON text");
      else void this.#received(bytesOf(data));
    });
    this.#cancelAge = options.deps.clock.after(MOST_MINUTES * 60_000, () => this.#tooOld());
  }

  get openStreams(): number {
    return this.#inFlight;
  }

  async #received(bytes: Buffer): Promise<void> {
    if (++this.#waiting > MOST_WAITING) {
      this.close(CLOSE.abuse, "too many frames wait");
      return;
    }
    let frame: JsonObject | null = null;
    try {
      frame = await parseStrictJsonInSlices(bytes, { bytes: this.#options.frameBytes });
      const create = parseCreate(frame);
      this.#admit(create);
      this.#enqueue(create);
    } catch (thrown) {
      this.#waiting--;
      this.#refuse(laneIn(frame), asSluiceError(thrown));
    }
  }

  #admit({ lane }: ResponseCreate): void {
    const isNew = lane !== null && !this.#lanes.has(lane);
    if (this.#inFlight < MOST_IN_FLIGHT && !(isNew && this.#lanes.size >= MOST_LANES)) return;
    throw new SluiceError("invalid_request", "This connection carries as many streams as it may.", {
      field: "stream_id",
      dialectCode: "websocket_stream_limit_reached",
    });
  }

  #enqueue(create: ResponseCreate): void {
    this.#inFlight++;
    const before = this.#lanes.get(create.lane) ?? Promise.resolve();
    const turn = before
      .then(() => this.#respond(create))
      .catch((thrown) => this.#refuse(create.lane, asSluiceError(thrown)))
      .finally(() => {
        this.#inFlight--;
        this.#waiting--;
      });
    this.#lanes.set(create.lane, turn);
  }

  /** Resolves when the turn is over. */
  async #respond({ lane, body }: ResponseCreate): Promise<void> {
    if (this.isClosed) return;
    const { deps, dialect, token, headers } = this.#options;
    const principal = deps.verifier.verifyCached(token) ?? (await deps.verifier.verify(token));
    const request = dialect.parse(body, { headers, passFields: [] });
    const live = await deps.gateway.complete({
      principal,
      frontEnd: "websocket",
      dialect,
      request,
      resumable: false,
      idempotencyKey: null,
      traceparent: null,
    });
    if (this.isClosed) {
      live.cursor.close();
      return;
    }
    await new Promise<void>((resolve) => {
      const turn: ResponseTurn = new ResponseTurn({
        dialect,
        live,
        send: (data) => this.send(onLane(lane, data)),
        onOver: () => {
          this.#turns.delete(turn);
          resolve();
        },
      });
      this.#turns.add(turn);
      turn.start();
    });
  }

  #refuse(lane: string | null, error: SluiceError): void {
    const { deps, dialect } = this.#options;
    reportFault(deps.logger, error, {});
    this.send(onLane(lane, errorEvent(dialect, error)));
  }

  #tooOld(): void {
    const message = `A connection lasts ${MOST_MINUTES} minutes; open a new one.`;
    const details = { dialectCode: "websocket_connection_limit_reached" };
    this.#refuse(null, new SluiceError("invalid_request", message, details));
    this.close(CLOSE.shutdown, "connection limit reached");
  }

  protected override onDrain(): void {
    for (const turn of [...this.#turns]) turn.resume();
  }

  protected override onShutDown(error: SluiceError): void {
    for (const turn of [...this.#turns]) turn.fail(error);
  }

  protected override onClose(): void {
    this.#cancelAge();
    for (const turn of [...this.#turns]) turn.close();
    this.#options.onOver(this);
  }
}
