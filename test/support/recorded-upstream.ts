import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { seeded } from "./seeded.js";

/** How a test upstream answers one request. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Seed of the places at which the body is cut; null: sent in one piece. Default: null. */
  readonly cuts?: number | null;
  /** Time between two pieces. Default: none, pieces go as fast as the socket takes them. */
  readonly paceMs?: number;
  /** What follows the body. `torn`: the socket is destroyed; `open`: nothing, the answer never ends. */
  readonly end?: "clean" | "torn" | "open";
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface RecordedUpstream {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Received[];
  /** Sockets accepted so far. */
  readonly accepted: () => number;
  /** Sockets open now. */
  readonly open: () => number;
  /** Resolves with the time (performance.now) at which the last socket was closed. */
  readonly whenClosed: () => Promise<number>;
  close(): Promise<void>;
}

/** A model on loopback that says what it is told, over real sockets. */
export async function startRecordedUpstream(
  answer: (request: Received, response: ServerResponse) => Answer | Promise<Answer> | null,
): Promise<RecordedUpstream> {
  const sockets = new Set<Socket>();
  const requests: Received[] = [];
  let accepted = 0;
  let waiting: ((at: number) => void)[] = [];
  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const received: Received = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: Buffer.concat(parts).toString(),
    };
    requests.push(received);
    const told = await answer(received, response);
    if (told !== null) await send(response, told);
  });
  server.keepAliveTimeout = 60_000;
  server.on("connection", (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      if (sockets.size > 0) return;
      for (const resolve of waiting) resolve(performance.now());
      waiting = [];
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    accepted: () => accepted,
    open: () => sockets.size,
    whenClosed: () =>
      sockets.size === 0
        ? Promise.resolve(performance.now())
        : new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  response.writeHead(answer.status ?? 200, { "content-type": "text/event-stream", ...answer.headers });
  response.flushHeaders();
  const body = Buffer.from(answer.body);
  for (const piece of cutBody(body, answer.cuts ?? null)) {
    if (response.destroyed) return;
    const isTaken = response.write(piece);
    if (answer.paceMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.paceMs));
    else if (!isTaken) await drained(response);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  switch (answer.end ?? "clean") {
    case "clean":
      response.end();
      break;
    case "torn":
      response.socket?.destroy();
      break;
    case "open":
      break;
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}

/** Pieces of 1 to 400 bytes, most of them short, so that cuts fall inside characters and events alike. */
export function cutBody(body: Buffer, seed: number | null): readonly Buffer[] {
  if (seed === null) return [body];
  const random = seeded(seed);
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const length = random() < 0.2 ? 1 : 1 + Math.floor(random() * 400);
    pieces.push(body.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** A provider's stream as it was recorded; see the README beside the data. */
export interface RecordedStream {
  readonly id: string;
  readonly meta: {
    readonly provider: string;
    readonly kind: string;
    readonly features: readonly string[];
    readonly flags: readonly string[];
  };
  readonly request: Readonly<Record<string, unknown>> | null;
  readonly expect: {
    readonly text?: Readonly<Record<string, string>>;
    readonly reasoning?: Readonly<Record<string, string>>;
    readonly finish?: readonly string[];
  };
  readonly body: string;
}

/** Folder of recorded streams (`SLUICE_STREAMS`, else beside the checkout); null where there is none. */
export function streamsFolder(): string | null {
  const folder = process.env["SLUICE_STREAMS"] ?? join(import.meta.dirname, "../../../shared/data/streams");
  return existsSync(folder) ? folder : null;
}

/** The recordings of one kind, by id. */
export function recordedStreams(folder: string, kind: string): readonly RecordedStream[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith("c-") && name.endsWith(".json"))
    .sort()
    .map((name): RecordedStream => JSON.parse(readFileSync(join(folder, name), "utf8")))
    .filter((stream) => stream.meta.kind === kind);
}
