import type { CompleteRequest, ServerFrame } from "./messages.js";
import { type Ask, SessionStream, type StreamHost } from "./session-stream.js";
import { SluiceError } from "./stream-error.js";

/** The part of the browser's WebSocket that is used. */
export interface SocketLike {
  readonly readyState: number;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface SluiceClientOptions {
  /** Of the gateway, for example `https://sluice.example.com`. */
  readonly url: string;
  /** A token, or how to get one; asked again for every connection. */
  readonly token: string | (() => string | Promise<string>);
  /** How long to go on trying after a connection was lost, milliseconds. Default 60,000. */
  readonly giveUpAfterMs?: number;
  /** Told when the connection comes and goes. */
  readonly onState?: (state: "connecting" | "open" | "lost" | "closed") => void;
  /** Makes a socket; default: the global WebSocket. */
  readonly open?: (url: string, protocols: string[]) => SocketLike;
}

const PROTOCOL = "sluice.v1.json";
const TOKEN_PREFIX = "base64url.bearer.authorization.sluice.dev.";
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5_000;
/** Close codes after which trying again is of no use. */
const FINAL_CODES: ReadonlySet<number> = new Set([1003, 1008, 1009, 4403]);

/** A stream on the socket, and whether the gateway may have heard of it. */
interface Held {
  readonly stream: SessionStream;
  wasSent: boolean;
}

/** Sessions of a Sluice gateway on one WebSocket, which comes back by itself. */
export class SluiceClient implements StreamHost {
  readonly #options: SluiceClientOptions;
  readonly #streams = new Map<string, Held>();
  #socket: SocketLike | null = null;
  #state: "idle" | "connecting" | "open" | "closed" = "idle";
  #nextId = 1;
  #lostAtMs: number | null = null;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: SluiceClientOptions) {
    this.#options = options;
  }

  /** Asks a model. Sent again unseen if the connection is lost before the session exists: the key makes it one. */
  complete(request: CompleteRequest): SessionStream {
    const message = { idempotencyKey: newKey(), ...request };
    return this.#begin({ member: "complete", message }, { sessionId: null, afterSeq: 0 });
  }

  /** Goes on reading a session of one's own, for example after the page was loaded again. */
  attach(sessionId: string, afterSeq = 0): SessionStream {
    return this.#begin({ member: "attach", message: { sessionId, afterSeq } }, { sessionId, afterSeq });
  }

  /** Plays a session with its recorded timing; speed 0.25 to 16, or `max`. */
  replay(
    sessionId: string,
    options: {
      readonly speed?: number | "max";
      readonly afterSeq?: number;
      readonly fromOffsetMs?: number;
    } = {},
  ): SessionStream {
    const { speed = 1, afterSeq = 0, fromOffsetMs = 0 } = options;
    const pace = speed === "max" ? { maxSpeed: true } : { speed };
    const message = { sessionId, afterSeq, fromOffsetMs, ...pace };
    return this.#begin({ member: "replay", message }, { sessionId, afterSeq });
  }

  /** Reads a session that one may see, as it goes on. */
  follow(sessionId: string, afterSeq = 0): SessionStream {
    return this.#begin({ member: "follow", message: { sessionId, afterSeq } }, { sessionId, afterSeq });
  }

  /** Lets go of everything. Sessions that run go on for the gateway's grace. */
  close(): void {
    this.#state = "closed";
    this.#socket?.close(1000);
    this.#failAll(new SluiceError({ code: "cancelled", message: "The client was closed." }));
    this.#options.onState?.("closed");
  }

  #begin(first: Ask, from: { readonly sessionId: string | null; readonly afterSeq: number }): SessionStream {
    const stream = new SessionStream(this, first, from);
    if (this.#state === "closed") {
      stream.fail(new SluiceError({ code: "cancelled", message: "The client was closed." }));
      return stream;
    }
    this.reopen(stream);
    return stream;
  }

  reopen(stream: SessionStream): void {
    const id = `s${this.#nextId++}`;
    const held = { stream, wasSent: false };
    this.#streams.set(id, held);
    if (this.#state === "open") this.#send(id, held);
    else if (this.#state === "idle") void this.#connect();
  }

  /** Without a connection it is kept, and sent with the next one. */
  cancel(stream: SessionStream): void {
    for (const [id, held] of this.#streams) {
      if (held.stream !== stream) continue;
      if (!held.wasSent && stream.sessionId === null) {
        this.#streams.delete(id);
        stream.fail(new SluiceError({ code: "cancelled", message: "Cancelled before it was asked." }));
      } else if (this.#state === "open") this.#frame(id, "cancel", {});
    }
  }

  #send(id: string, held: Held): void {
    const { stream } = held;
    const { member, message } = stream.ask;
    held.wasSent = true;
    this.#frame(id, member, message);
    if (stream.isCancelled) this.#frame(id, "cancel", {});
  }

  #frame(id: string, member: Ask["member"] | "cancel", message: object): void {
    this.#socket?.send(JSON.stringify({ stream: id, [member]: message }));
  }

  async #connect(): Promise<void> {
    this.#state = "connecting";
    this.#options.onState?.("connecting");
    try {
      const { token, open = openGlobal } = this.#options;
      const text = typeof token === "string" ? token : await token();
      if (this.#isClosed()) return;
      const url = `${this.#options.url.replace(/^http/, "ws").replace(/\/$/, "")}/v1/stream`;
      this.#socket = open(url, [PROTOCOL, TOKEN_PREFIX + base64url(text)]);
    } catch (thrown) {
      this.#lost(0, thrown instanceof Error ? thrown.message : "no connection");
      return;
    }
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }: { readonly data: unknown }) => this.#received(String(data));
    this.#socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
      this.#lost(code, reason);
    this.#socket.onerror = () => {};
  }

  /** A method, since the compiler would believe that nothing changes over an await. */
  #isClosed(): boolean {
    return this.#state === "closed";
  }

  #opened(): void {
    this.#state = "open";
    this.#options.onState?.("open");
    for (const [id, held] of this.#streams) this.#send(id, held);
  }

  #received(data: string): void {
    // A wrong token is told by a close after the upgrade; only a frame shows that the connection serves.
    this.#lostAtMs = null;
    this.#pauseMs = FIRST_PAUSE_MS;
    const frame: ServerFrame = JSON.parse(data);
    const { stream: id, error, seq, ...rest } = frame;
    const stream = id === undefined ? undefined : this.#streams.get(id)?.stream;
    if (id === undefined || stream === undefined) return;
    if (error !== undefined) {
      this.#streams.delete(id);
      stream.fail(new SluiceError(error));
    } else if (seq !== undefined && !stream.receive({ seq, ...rest })) this.#streams.delete(id);
  }

  #lost(code: number, reason: string): void {
    this.#socket = null;
    if (this.#isClosed()) return;
    this.#state = "idle";
    this.#options.onState?.("lost");
    const isRefused = code === 4401 && typeof this.#options.token === "string";
    const nowMs = performance.now();
    this.#lostAtMs ??= nowMs;
    const { giveUpAfterMs = 60_000 } = this.#options;
    if (isRefused || FINAL_CODES.has(code) || nowMs - this.#lostAtMs >= giveUpAfterMs) {
      const details =
        code === 4401
          ? { code: "unauthenticated", message: "The token was refused." }
          : { code: "upstream_unavailable", message: `The connection was lost (${code} ${reason}).` };
      this.#lostAtMs = null;
      this.#failAll(new SluiceError(details));
      return;
    }
    if (this.#streams.size > 0) this.#connectLater();
  }

  #connectLater(): void {
    this.#state = "connecting";
    const pauseMs = this.#pauseMs * (0.5 + Math.random());
    this.#pauseMs = Math.min(LAST_PAUSE_MS, this.#pauseMs * 2);
    setTimeout(() => {
      if (!this.#isClosed()) void this.#connect();
    }, pauseMs);
  }

  #failAll(error: SluiceError): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const { stream } of streams) stream.fail(error);
  }
}

function openGlobal(url: string, protocols: string[]): SocketLike {
  return new WebSocket(url, protocols);
}

/** `crypto.randomUUID` is there in secure contexts only; a page of a development machine may be none. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function base64url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
