import { type AddressInfo, createServer, type Socket } from "node:net";

export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** Sockets accepted so far. */
  readonly accepted: () => number;
  /** Sockets open now. */
  readonly open: () => number;
  /** Resolves when no socket is open; rejects after `ms`. */
  readonly allClosedWithin: (ms: number) => Promise<void>;
  close(): Promise<void>;
}

/** A peer that speaks bytes and not HTTP: `onRequest` is called when the head of each request has come. */
export async function startRawServer(
  onRequest: (socket: Socket, head: string) => void,
  port = 0,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    let head = "";
    socket.on("data", (bytes) => {
      const text = bytes.toString("latin1");
      // A head on a connection that is used again begins a packet of its own.
      if (/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(text)) head = "";
      const isNew = !head.includes("\r\n\r\n");
      head += text;
      if (isNew && head.includes("\r\n\r\n")) onRequest(socket, head);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    accepted: () => accepted,
    open: () => sockets.size,
    allClosedWithin: async (ms) => {
      const until = performance.now() + ms;
      while (sockets.size > 0) {
        if (performance.now() > until) throw new Error(`${sockets.size} sockets are open after ${ms} ms`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The head of a streamed answer with chunked coding. */
export function streamHead(headers: Readonly<Record<string, string>> = {}, status = "200 OK"): string {
  const all = { "content-type": "text/event-stream", "transfer-encoding": "chunked", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`;
}

/** One piece of a body in chunked coding. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
