import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { asSluiceError, SluiceError } from "../../domain/errors.js";
import { reportFault } from "../fault.js";
import type { FrontEndDeps } from "../front-end.js";
import { CLOSE, connectionError, errorFrame } from "./errors.js";
import { type ClientFrame, parseFrame } from "./frames.js";
import { openStream } from "./open-stream.js";
import { SessionStream, type StreamHost } from "./session-stream.js";
import { bytesOf, type SocketConnection, SocketLife } from "./socket-life.js";

export interface ConnectionLimits {
  /** Largest frame of a client. Default 4 MiB. */
  readonly frameBytes: number;
  /** Sessions on one socket at one time. Default 100. */
  readonly streamsPerSocket: number;
  /** Frames of a client that wait for their turn. Default 100. */
  readonly waitingFrames: number;
  /** Bytes that may wait in the socket before its streams pause. Default 64 KiB. */
  readonly bufferedBytes: number;
}

export interface ConnectionOptions {
  readonly deps: FrontEndDeps;
  readonly limits: ConnectionLimits;
  readonly webSocket: WebSocket;
  /** The connection below, to send frames of one turn together and to see it drain. */
  readonly socket: Duplex;
  readonly token: string;
  readonly onOver: (connection: SocketConnection) => void;
}

/** Errors that a client may make before it is sent away. */
const MOST_ERRORS = 100;

/** A socket and its sessions, which take turns. */
export class Connection extends SocketLife implements StreamHost {
  readonly #options: ConnectionOptions;
  /** `cancelled`: while it was being opened, which cannot be called back. */
  readonly #streams = new Map<string, SessionStream | "opening" | "cancelled">();
  readonly #ready = new Set<SessionStream>();
  #isScheduled = false;
  #waitingFrames = 0;
  #errors = 0;
  /** Frames of a client are taken one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    super({ ...options, bufferedBytes: options.limits.bufferedBytes });
    this.#options = options;
    options.webSocket.on("message", (data, isBinary) => this.#received(data, isBinary));
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  #received(data: WebSocket.RawData, isBinary: boolean): void {
    if (isBinary) {
      this.close(CLOSE.notText, "frames are JSON text");
      return;
    }
    if (++this.#waitingFrames > this.#options.limits.waitingFrames) {
      this.close(CLOSE.abuse, "too many frames wait");
      return;
    }
    const bytes = bytesOf(data);
    this.#queue = this.#queue.then(() => this.#frame(bytes)).finally(() => this.#waitingFrames--);
  }

  async #frame(bytes: Buffer): Promise<void> {
    if (this.isClosed) return;
    try {
      this.#dispatch(await parseFrame(bytes, this.#options.limits.frameBytes));
    } catch (thrown) {
      this.#refuse(asSluiceError(thrown));
    }
  }

  #dispatch({ stream, ask, message }: ClientFrame): void {
    const open = this.#streams.get(stream);
    if (ask === "cancel") {
      if (open === undefined)
        throw new SluiceError("not_found", `There is no stream ${stream} here.`, { field: "stream" });
      if (open === "opening" || open === "cancelled") this.#streams.set(stream, "cancelled");
      else void this.#cancel(open);
      return;
    }
    if (open !== undefined) {
      throw new SluiceError("conflict", `The stream ${stream} is in use; choose another id.`, {
        field: "stream",
      });
    }
    if (this.#streams.size >= this.#options.limits.streamsPerSocket) {
      const error = new SluiceError("overloaded", "The socket carries as many streams as it may.", {
        retryAfterMs: 1000,
      });
      this.send(errorFrame(stream, error));
      return;
    }
    this.#streams.set(stream, "opening");
    void this.#open({ stream, ask, message });
  }

  async #open(frame: ClientFrame & { readonly ask: ClientFrame["ask"] }): Promise<void> {
    const { deps, token } = this.#options;
    const { stream } = frame;
    try {
      // Verified again each time: an expired or revoked token opens nothing on a socket that is open.
      const principal = deps.verifier.verifyCached(token) ?? (await deps.verifier.verify(token));
      const { reading, ownSession } = await openStream(deps, frame, principal);
      if (this.isClosed) {
        reading.cursor.close();
        return;
      }
      const opened = new SessionStream(this, reading, { id: stream, ownSession });
      const isCancelled = this.#streams.get(stream) === "cancelled";
      this.#streams.set(stream, opened);
      this.ready(opened);
      if (isCancelled) void this.#cancel(opened);
    } catch (thrown) {
      this.#streams.delete(stream);
      const error = asSluiceError(thrown);
      reportFault(deps.logger, error, {});
      this.send(errorFrame(stream, error));
    }
  }

  /** Ends a session of one's own; of another's, or a replay, only the reading. */
  async #cancel(stream: SessionStream): Promise<void> {
    const { deps, token } = this.#options;
    try {
      if (stream.ownSession === null) {
        stream.fail(new SluiceError("cancelled", "The stream was cancelled."));
        return;
      }
      const principal = deps.verifier.verifyCached(token) ?? (await deps.verifier.verify(token));
      await deps.gateway.cancel(stream.ownSession, principal);
    } catch (thrown) {
      this.#refuse(asSluiceError(thrown));
    }
  }

  #refuse(error: SluiceError): void {
    reportFault(this.#options.deps.logger, error, {});
    if (++this.#errors > MOST_ERRORS) this.close(CLOSE.abuse, "too many errors");
    else this.send(connectionError(error));
  }

  ready(stream: SessionStream): void {
    this.#ready.add(stream);
    if (!this.isBlocked) this.#schedule();
  }

  /** Streams that became readable by one commit are served in one turn, their frames joined. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    const { socket } = this.#options;
    if (this.isClosed) return;
    socket.cork();
    for (const stream of [...this.#ready]) {
      if (!this.hasRoom()) break;
      // Its place in the queue is taken anew, behind the others.
      this.#ready.delete(stream);
      if (stream.turn()) this.#ready.add(stream);
    }
    socket.uncork();
    if (this.hasRoom() && this.#ready.size > 0) this.#schedule();
  }

  protected override onDrain(): void {
    if (this.#ready.size > 0) this.#schedule();
  }

  over(stream: SessionStream): void {
    this.#ready.delete(stream);
    this.#streams.delete(stream.id);
  }

  protected override onShutDown(error: SluiceError): void {
    for (const stream of [...this.#streams.values()]) if (typeof stream !== "string") stream.fail(error);
  }

  /** The sessions go on for their grace. */
  protected override onClose(): void {
    for (const stream of [...this.#streams.values()]) if (typeof stream !== "string") stream.close();
    this.#streams.clear();
    this.#ready.clear();
    this.#options.onOver(this);
  }
}
