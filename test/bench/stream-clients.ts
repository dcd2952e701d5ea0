/** Clients of the three ways in, for load: they ask the harness's model and hand over the text as it comes. */
import { Agent, request } from "node:http";
import WebSocket from "ws";
import { GrpcClient, isServiceError, requestOf } from "../frontends/ways/grpc-way.js";

export const WAYS = ["sse", "websocket", "grpc"] as const;
export type WayName = (typeof WAYS)[number];

export interface Target {
  readonly url: string;
  readonly grpc: string;
  readonly token: string;
}

export interface LoadStream {
  /** `complete`, or the code of what went wrong. */
  readonly ended: Promise<string>;
  /** Id of the session, once it is known; empty where the way does not tell. */
  readonly session: () => string;
  /** Number of the last entry that came. */
  readonly lastSeq: () => number;
  cancel(): void;
  /** Stops and goes on taking. */
  pause(): void;
  resume(): void;
}

export interface Ask {
  readonly model: string;
  readonly prompt?: string;
  readonly resumable?: boolean;
  readonly onText: (text: string) => void;
}

export interface LoadClient {
  open(ask: Ask): LoadStream;
  close(): void;
}

export function loadClient(way: WayName, target: Target): LoadClient {
  switch (way) {
    case "sse":
      return new SseClient(target);
    case "websocket":
      return new SocketClient(target);
    case "grpc":
      return new CallClient(target);
  }
}

const PROMPT = "Hello!";
const CONTENT = /"content":"((?:[^"\\]|\\.)*)"/g;

/** Event blocks as they come; the code of an error event ends the stream. */
class SseText {
  #held = "";
  outcome = "torn";
  lastSeq = 0;
  readonly #onText: (text: string) => void;

  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  take(piece: string): void {
    const whole = this.#held + piece;
    const end = whole.lastIndexOf("\n\n") + 2;
    this.#held = whole.slice(end < 2 ? 0 : end);
    if (end < 2) return;
    const blocks = whole.slice(0, end);
    for (const [, text = ""] of blocks.matchAll(CONTENT)) if (text !== "") this.#onText(text);
    const id = blocks.lastIndexOf("\nid: ");
    if (id >= 0) this.lastSeq = Number.parseInt(blocks.slice(id + 5), 10);
    if (blocks.includes("[DONE]")) this.outcome = "complete";
    else if (blocks.includes('"error":{')) this.outcome = /"code":"([a-z_]+)"/.exec(blocks)?.[1] ?? "failed";
  }
}

class SseClient implements LoadClient {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4096, noDelay: true });
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  open({ model, prompt = PROMPT, resumable = false, onText }: Ask): LoadStream {
    const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: prompt }] });
    const headers = {
      authorization: `Bearer ${this.#target.token}`,
      "content-type": "application/json",
      ...(resumable ? { "x-sluice-resumable": "true" } : {}),
    };
    const call = request(`${this.#target.url}/v1/chat/completions`, {
      method: "POST",
      headers,
      agent: this.#agent,
    });
    const text = new SseText(onText);
    let session = "";
    let pause = (): void => {};
    let resume = (): void => {};
    const ended = new Promise<string>((resolve) => {
      call.on("error", () => resolve("torn"));
      call.on("response", (response) => {
        session = String(response.headers["x-sluice-session"] ?? "");
        pause = () => void response.pause();
        resume = () => void response.resume();
        response.setEncoding("latin1");
        response.on("data", (piece: string) => text.take(piece));
        response.on("error", () => resolve("torn"));
        response.on("end", () =>
          resolve(response.statusCode === 200 ? text.outcome : `http-${response.statusCode}`),
        );
      });
    });
    call.end(body);
    return {
      ended,
      session: () => session,
      lastSeq: () => text.lastSeq,
      cancel: () => void call.destroy(),
      pause: () => pause(),
      resume: () => resume(),
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}

interface Frame {
  readonly seq?: number;
  readonly opened?: { readonly sessionId: string };
  readonly chunk?: { readonly text: string };
  readonly ended?: { readonly outcome: string };
  readonly error?: { readonly code: string };
}

/** One socket for each stream, used again by the next. */
class SocketClient implements LoadClient {
  readonly #target: Target;
  readonly #free: WebSocket[] = [];

  constructor(target: Target) {
    this.#target = target;
  }

  open({ model, prompt = PROMPT, onText }: Ask): LoadStream {
    const socket = this.#open() ?? this.#connect();
    let session = "";
    let lastSeq = 0;
    const text = JSON.stringify({ stream: "s", complete: requestOf({ token: null, prompt, model }) });
    const ended = new Promise<string>((resolve) => {
      const done = (outcome: string): void => {
        socket.off("message", onMessage).off("close", onClose);
        if (socket.readyState === WebSocket.OPEN) this.#free.push(socket);
        resolve(outcome);
      };
      const onClose = (code: number): void => done(`closed-${code}`);
      const onMessage = (data: WebSocket.RawData): void => {
        const frame: Frame = JSON.parse(data.toString());
        lastSeq = frame.seq ?? lastSeq;
        if (frame.opened !== undefined) session = frame.opened.sessionId;
        if (frame.chunk !== undefined) onText(frame.chunk.text);
        if (frame.error !== undefined) done(frame.error.code);
        else if (frame.ended?.outcome === "complete") done("complete");
      };
      socket.on("message", onMessage).on("close", onClose);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else socket.once("open", () => socket.send(text));
    });
    return {
      ended,
      session: () => session,
      lastSeq: () => lastSeq,
      cancel: () => socket.terminate(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    };
  }

  /** A socket that nobody uses; the gateway may have closed some of them meanwhile. */
  #open(): WebSocket | null {
    for (;;) {
      const socket = this.#free.pop();
      if (socket === undefined) return null;
      if (socket.readyState === WebSocket.OPEN) return socket;
    }
  }

  #connect(): WebSocket {
    const { url, token } = this.#target;
    const headers = { authorization: `Bearer ${token}` };
    const address = `${url.replace(/^http/, "ws")}/v1/stream`;
    const socket = new WebSocket(address, ["sluice.v1.json"], { headers, perMessageDeflate: false });
    // A socket that breaks also closes, and that is what ends its stream.
    socket.on("error", () => {});
    return socket;
  }

  close(): void {
    for (const socket of this.#free.splice(0)) socket.terminate();
  }
}

interface Batch {
  readonly events: readonly Frame[];
}

class CallClient implements LoadClient {
  readonly #client: GrpcClient;
  readonly #token: string;

  constructor({ grpc, token }: Target) {
    this.#client = new GrpcClient(grpc, { deadlineMs: 3_600_000 });
    this.#token = token;
  }

  open({ model, prompt = PROMPT, onText }: Ask): LoadStream {
    const call = this.#client.stream("Completions/Complete", requestOf({ token: null, prompt, model }), {
      token: this.#token,
    });
    let session = "";
    let lastSeq = 0;
    let outcome = "torn";
    const ended = new Promise<string>((resolve) => {
      call.on("data", ({ events }: Batch) => {
        for (const event of events) {
          lastSeq = event.seq ?? lastSeq;
          if (event.opened != null) session = event.opened.sessionId;
          if (event.chunk != null) onText(event.chunk.text);
          if (event.ended != null) outcome = event.ended.outcome;
        }
      });
      call.on("end", () => resolve(outcome));
      call.on("error", (error: unknown) => resolve(isServiceError(error) ? `grpc-${error.code}` : "torn"));
    });
    return {
      ended,
      session: () => session,
      lastSeq: () => lastSeq,
      cancel: () => call.cancel(),
      pause: () => void call.pause(),
      resume: () => void call.resume(),
    };
  }

  close(): void {
    this.#client.close();
  }
}
