import { createServer } from "node:http";

export interface ReceivedHook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly path: string;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedHook[];
  /** What the next messages are answered with; 200 once none is left. */
  answer(...answers: readonly { readonly status: number; readonly headers?: Record<string, string> }[]): void;
  /** Resolves once so many messages have come in all. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Somebody who takes webhooks, over real sockets. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedHook[] = [];
  let answers: { status: number; headers?: Record<string, string> }[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    received.push({ headers, body: Buffer.concat(parts).toString(), path: request.url ?? "" });
    const { status, headers: more = {} } = answers.shift() ?? { status: 200 };
    response.writeHead(status, more).end("ok");
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (...next) => {
      answers = [...next];
    },
    until: async (count) => {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    close: async () => {
      waiting = [];
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
