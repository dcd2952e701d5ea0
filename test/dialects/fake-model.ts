import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A loopback server that gives the next answer to whatever is asked, for a stock client to read. */
export class FakeModel {
  readonly requests: { readonly path: string; readonly body: string }[] = [];
  readonly #server: Server;
  answer: Answer = { body: "" };

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.requests.push({ path: request.url ?? "", body: Buffer.concat(chunks).toString() });
        const { status = 200, headers = { "content-type": "text/event-stream" }, body } = this.answer;
        response.writeHead(status, headers).end(body);
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
