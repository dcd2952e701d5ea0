import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { SluiceError } from "../domain/errors.js";
import { type Login, LoginFlow, type LoginFlowOptions } from "./login-flow.js";

export interface LoopbackLoginOptions extends Omit<LoginFlowOptions, "redirectUri"> {
  /** Shows the address to the person, or opens their browser on it. */
  readonly show: (url: string) => void;
  /** How long to wait for the person. Default: five minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  connection: "close",
};

/**
 * Logs a person in from a terminal (RFC 8252): listens on a free port of 127.0.0.1 until the browser comes
 * back. A callback that does not belong to this login is refused and the wait goes on. Rejects with
 * `deadline_exceeded`, `cancelled`, or what `LoginFlow.finish` says.
 */
export async function loginOnLoopback(options: LoopbackLoginOptions): Promise<Login> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 });
  server.maxConnections = 20;
  const redirectUri = `http://127.0.0.1:${await listening(server)}/callback`;
  const flow = new LoginFlow({ ...options, redirectUri });
  try {
    const { url } = await flow.begin();
    const outcome = awaitCallback(server, flow, options);
    options.show(url);
    return await outcome;
  } finally {
    flow.close();
    server.close();
    server.closeIdleConnections();
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the listener has no port"));
    });
  });
}

function awaitCallback(server: Server, flow: LoginFlow, options: LoopbackLoginOptions): Promise<Login> {
  return new Promise((resolve, reject) => {
    const cancelTimer = options.clock.after(options.timeoutMs ?? 300_000, () => {
      reject(new SluiceError("deadline_exceeded", "Nobody finished the login in time; begin again."));
    });
    const cancel = () => reject(new SluiceError("cancelled", "The login was cancelled."));
    if (options.signal?.aborted === true) cancel();
    options.signal?.addEventListener("abort", cancel, { once: true });
    const settle = (finish: () => void) => {
      cancelTimer();
      options.signal?.removeEventListener("abort", cancel);
      finish();
    };
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      if (request.method !== "GET" || url.pathname !== "/callback") return void response.writeHead(404).end();
      flow.finish(url.searchParams).then(
        (login) => {
          page(response, 200, "You are signed in and may close this window.");
          settle(() => resolve(login));
        },
        (error: unknown) => {
          page(response, 400, "The login failed; the terminal says why.");
          const stray = error instanceof SluiceError && error.code === "invalid_request";
          if (!stray) settle(() => reject(error));
        },
      );
    });
  });
}

function page(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, PAGE_HEADERS)
    .end(`<!doctype html><meta charset="utf-8"><title>Sluice</title><p>${text}</p>`);
}
