import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ClientDialect } from "../../dialects/dialect.js";
import { asSluiceError, type SluiceError } from "../../domain/errors.js";
import { inTurns } from "../../domain/pace.js";
import { ConversationMemory } from "../../pipeline/conversation-memory.js";
import { reportFault } from "../fault.js";
import type { FrontEndDeps } from "../front-end.js";
import { traceparentOf } from "../traceparent.js";
import { bytesOf, SocketLife } from "../websocket/socket-life.js";
import { CLOSE, connectionLimit, errorFrame } from "./errors.js";
import { type CreateFrame, FrameError, parseFrame } from "./frames.js";
import { type LaneLimits, Lanes } from "./lanes.js";
import { ResponseTurn } from "./response-turn.js";

export interface ConnectionLimits extends LaneLimits {
  /** Largest frame of a client. Default 8 MiB. */
  readonly frameBytes: number;
  /** Frames of a client that are not read yet. Default 100. */
  readonly unreadFrames: number;
  /** Bytes that may wait in the socket before its responses pause. Default 64 KiB. */
  readonly bufferedBytes: number;
  /** How old a connection may become. Default 60 minutes. */
  readonly ageMs: number;
  /** Sealed bytes of the turns that a connection may go on from. Default 8 MiB. */
  readonly memoryBytes: number;
}

export interface ConnectionOptions {
  readonly deps: FrontEndDeps;
  readonly dialect: ClientDialect;
  readonly limits: ConnectionLimits;
  readonly passFields: (model: string) => readonly string[];
  readonly randomBytes: (count: number) => Uint8Array;
  readonly webSocket: WebSocket;
  /** The connection below, to see it drain. */
  readonly socket: Duplex;
  readonly token: string;
  readonly headers: IncomingHttpHeaders;
  readonly onOver: (connection: Connection) => void;
}

/** Errors that a client may make before it is sent away. */
const MOST_ERRORS = 100;
/** Turns of its own that a connection may go on from. */
const MOST_TURNS = 512;

/** One socket of the Responses API: its lanes, its running responses, and its own memory of them. */
export class Connection extends SocketLife {
  readonly #options: ConnectionOptions;
  readonly #lanes: Lanes<CreateFrame>;
  readonly #turns = new Set<ResponseTurn>();
  readonly #memory: ConversationMemory;
  readonly #cancelAge: () => void;
  #isAged = false;
  #unread = 0;
  #errors = 0;
  /** Frames of a client are taken one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    const { webSocket, limits, deps, randomBytes } = options;
    super({ ...options, bufferedBytes: limits.bufferedBytes });
    this.#options = options;
    this.#lanes = new Lanes(limits, (frame) => void this.#run(frame));
    const { memoryBytes } = limits;
    this.#memory = new ConversationMemory({
      randomBytes,
      limits: { bytes: memoryBytes, bytesPerCaller: memoryBytes, responses: MOST_TURNS },
    });
    this.#cancelAge = deps.clock.after(limits.ageMs, () => this.#aged());
    webSocket.on("message", (data, isBinary) => this.#received(data, isBinary));
  }

  get openStreams(): number {
    return this.#lanes.running;
  }

  #received(data: WebSocket.RawData, isBinary: boolean): void {
    if (isBinary) {
      this.close(CLOSE.notText, "frames are JSON text");
      return;
    }
    if (++this.#unread > this.#options.limits.unreadFrames) {
      this.close(CLOSE.abuse, "too many frames wait");
      return;
    }
    const bytes = bytesOf(data);
    this.#queue = this.#queue.then(() => this.#frame(bytes)).finally(() => this.#unread--);
  }

  async #frame(bytes: Buffer): Promise<void> {
    if (this.isClosed) return;
    let streamId: string | null = null;
    try {
      const frame = await parseFrame(bytes, this.#options.limits.frameBytes);
      streamId = frame.streamId;
      if (this.#isAged) throw connectionLimit();
      if (!this.isClosed) this.#lanes.add(streamId, frame);
    } catch (thrown) {
      if (thrown instanceof FrameError) this.#refuse(thrown.error, thrown.streamId);
      else this.#refuse(asSluiceError(thrown), streamId);
    }
  }

  /** Verified again each time: an expired or revoked token opens nothing on a socket that is open. */
  async #run({ streamId, body }: CreateFrame): Promise<void> {
    const { deps, dialect, token, headers, passFields } = this.#options;
    try {
      const principal = deps.verifier.verifyCached(token) ?? (await deps.verifier.verify(token));
      const { model } = body;
      const fields = typeof model === "string" ? passFields(model) : [];
      const live = await deps.gateway.complete({
        principal,
        frontEnd: "websocket",
        dialect,
        request: await inTurns(dialect.inSteps.parse(body, { headers: {}, passFields: fields })),
        resumable: false,
        idempotencyKey: null,
        traceparent: traceparentOf(headers["traceparent"]),
        memory: this.#memory,
      });
      if (this.isClosed) {
        live.cursor.close();
        return;
      }
      const turn = new ResponseTurn({
        live,
        dialect,
        streamId,
        send: (frame) => void this.send(frame),
        isFull: () => !this.hasRoom(),
        onOver: (over) => this.#over(over, streamId),
      });
      this.#turns.add(turn);
      turn.start();
    } catch (thrown) {
      this.#refuse(asSluiceError(thrown), streamId);
      this.#next(streamId);
    }
  }

  #over(turn: ResponseTurn, streamId: string | null): void {
    this.#turns.delete(turn);
    this.#next(streamId);
  }

  #next(streamId: string | null): void {
    if (this.isClosed) return;
    this.#lanes.over(streamId);
    if (this.#isAged && this.openStreams === 0) this.#endAged();
  }

  #refuse(error: SluiceError, streamId: string | null): void {
    reportFault(this.#options.deps.logger, error, {});
    this.send(errorFrame(error, streamId));
    if (++this.#errors > MOST_ERRORS) this.close(CLOSE.abuse, "too many errors");
  }

  protected override onDrain(): void {
    for (const turn of [...this.#turns]) turn.resume();
  }

  /** What runs may end; then the client is told to open another connection. */
  #aged(): void {
    this.#isAged = true;
    if (this.openStreams === 0) this.#endAged();
  }

  #endAged(): void {
    this.send(errorFrame(connectionLimit(), null));
    this.close(CLOSE.goneAway, "age limit");
  }

  protected override onShutDown(error: SluiceError): void {
    this.#lanes.clear();
    for (const turn of [...this.#turns]) turn.fail(error);
  }

  protected override onClose(): void {
    this.#cancelAge();
    this.#lanes.clear();
    for (const turn of [...this.#turns]) turn.close();
    this.#options.onOver(this);
  }
}
