import type { ClientReadableStream, Metadata, ServiceError } from "@grpc/grpc-js";
import WebSocket from "ws";
import type { LiveReading, LogWay, ReadFrom, Transcript } from "../../contracts/log-contract.js";
import type { EventLike } from "../../contracts/way.js";
import { type GrpcClient, requestOf, serviceDefinition } from "./grpc-way.js";

/** A transcript as it comes. */
class Reading {
  session = "";
  readonly frames: Buffer[] = [];
  readonly events: EventLike[] = [];
  readonly whole: Promise<Transcript>;
  #finish: (end: string) => void = () => {};
  readonly #onEvent: () => void;
  #chunks = 0;
  readonly #waiting: { readonly count: number; resolve(): void }[] = [];

  constructor(onEvent: (() => void) | undefined) {
    this.#onEvent = onEvent ?? (() => {});
    this.whole = new Promise((resolve) => {
      this.#finish = (end) => {
        const { session, frames, events } = this;
        resolve({ session, frames, events, end });
      };
    });
  }

  event(event: EventLike, frame: Buffer): void {
    this.frames.push(frame);
    this.events.push(event);
    if (event.opened !== undefined) this.session = event.opened.sessionId;
    if (event.chunk !== undefined) this.#chunks++;
    this.#onEvent();
    for (const { count, resolve } of this.#waiting) if (this.#chunks >= count) resolve();
  }

  finish(end: string): void {
    this.#finish(end);
  }

  async chunks(count: number): Promise<void> {
    if (this.#chunks >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** As the contract takes it, once its session is known. */
  async live(): Promise<LiveReading> {
    while (this.session === "") await new Promise((resolve) => setTimeout(resolve, 5));
    return { session: this.session, chunks: (count) => this.chunks(count), whole: this.whole };
  }
}

interface Reader {
  readonly token: string;
  readonly onEvent?: () => void;
}

export function grpcLogWay(client: GrpcClient): LogWay {
  const batch = serviceDefinition("Completions")["Complete"];
  const read = (path: string, request: object, { token, onEvent }: Reader): Reading => {
    const reading = new Reading(onEvent);
    const stream = client.rawStream(path, request, { token });
    stream.on("data", (bytes: Buffer) => {
      for (const frame of framesIn(bytes)) {
        const decoded: unknown = batch?.responseDeserialize(frame);
        const { events }: { events: EventLike[] } = JSON.parse(JSON.stringify(decoded));
        for (const event of events) reading.event(event, frame);
      }
    });
    finishWith(stream, reading);
    return reading;
  };
  const past = ({ session, afterSeq }: ReadFrom) => ({ sessionId: session, afterSeq });
  return {
    name: "gRPC",
    live: ({ token, prompt }) =>
      read("Completions/Complete", requestOf({ token, prompt, model: "gpt-told" }), { token }).live(),
    attach: (from) => read("Completions/Attach", past(from), from).whole,
    follow: (from) => read("Sessions/Follow", past(from), from).whole,
    replay: ({ speed, fromMs = 0, ...from }) => {
      const pace = speed === "max" ? { maxSpeed: true } : { speed };
      return read("Sessions/Replay", { ...past(from), ...pace, fromOffsetMs: fromMs }, from).whole;
    },
  };
}

function finishWith(stream: ClientReadableStream<Buffer>, reading: Reading): void {
  const told = ({ code, details, metadata }: { code: number; details: string; metadata?: Metadata }) =>
    `${code} ${details} ${String(metadata?.get("grpc-status-details-bin")[0] ?? "")}`;
  stream.on("error", (error: ServiceError) => reading.finish(told(error)));
  stream.on("end", () => reading.finish("clean"));
}

/** The events of an `EventBatch`, each with its tag and length: how many share a message is the wire's
 *  business, not the log's. */
function framesIn(bytes: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    let next = at + 1;
    for (let shift = 0; ; shift += 7, next++) {
      const byte = bytes[next] ?? 0;
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    frames.push(bytes.subarray(at, next + 1 + length));
    at = next + 1 + length;
  }
  return frames;
}

export function webSocketLogWay(httpUrl: string): LogWay {
  const url = `${httpUrl.replace(/^http/, "ws")}/v1/stream`;
  const read = (member: string, message: object, { token, onEvent }: Reader): Reading => {
    const reading = new Reading(onEvent);
    const socket = new WebSocket(url, ["sluice.v1.json"], { headers: { authorization: `Bearer ${token}` } });
    socket.on("open", () => socket.send(JSON.stringify({ stream: "a", [member]: message })));
    socket.on("message", (data: Buffer) => {
      const { stream: _, ...event }: EventLike & { stream: string } = JSON.parse(data.toString());
      if (!("error" in event)) reading.event(event, data);
      const isOver = "error" in event || event.ended?.outcome === "complete";
      if (!isOver) return;
      socket.close();
      reading.finish("error" in event ? data.toString() : "clean");
    });
    socket.on("close", (code) => reading.finish(`closed ${code}`));
    socket.on("error", (error) => reading.finish(String(error)));
    return reading;
  };
  const past = ({ session, afterSeq }: ReadFrom) => ({ sessionId: session, afterSeq });
  return {
    name: "WebSocket",
    live: ({ token, prompt }) =>
      read("complete", requestOf({ token, prompt, model: "gpt-told" }), { token }).live(),
    attach: (from) => read("attach", past(from), from).whole,
    follow: (from) => read("follow", past(from), from).whole,
    replay: ({ speed, fromMs = 0, ...from }) => {
      const pace = speed === "max" ? { maxSpeed: true } : { speed };
      return read("replay", { ...past(from), ...pace, fromOffsetMs: fromMs }, from).whole;
    },
  };
}

/** Over HTTP a live stream is a dialect's; the same log is read beside it while it runs. */
export function httpLogWay(httpUrl: string): LogWay {
  const read = (session: string, query: string, { token, onEvent }: Reader): Reading => {
    const reading = new Reading(onEvent);
    reading.session = session;
    void readEvents(`${httpUrl}/v1/sessions/${session}/stream?${query}`, token, reading);
    return reading;
  };
  const follow = ({ session, afterSeq, token }: ReadFrom) =>
    read(session, `after=${afterSeq}`, { token }).whole;
  return {
    name: "HTTP",
    live: async ({ token, prompt }) => {
      const response = await fetch(`${httpUrl}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "x-sluice-resumable": "true",
        },
        body: JSON.stringify({
          model: "gpt-told",
          stream: true,
          messages: [{ role: "user", content: prompt }],
        }),
      });
      void response.text().catch(() => "");
      return read(response.headers.get("x-sluice-session") ?? "", "after=0", { token }).live();
    },
    attach: follow,
    follow,
    replay: ({ session, afterSeq, speed, fromMs, ...reader }) => {
      const from = fromMs === undefined ? `after=${afterSeq}` : `fromMs=${fromMs}`;
      return read(session, `${from}&speed=${speed}`, reader).whole;
    },
  };
}

async function readEvents(url: string, token: string, reading: Reading): Promise<void> {
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    let held = "";
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      held += piece;
      const blocks = held.split("\n\n");
      held = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = block.split("\n").find((line) => line.startsWith("data: "));
        if (data !== undefined) reading.event(JSON.parse(data.slice(6)), Buffer.from(`${block}\n\n`));
      }
    }
    reading.finish(response.status === 200 ? "clean" : `status ${response.status} ${held}`);
  } catch (thrown) {
    reading.finish(String(thrown));
  }
}
