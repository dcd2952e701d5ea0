import { createServer } from "node:http";
import type { ListenAddress } from "./front-end.js";
import { listenOn } from "./listen.js";

export interface MetricsServer {
  readonly address: ListenAddress;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` at an address of its own, since whoever collects figures has no token, and callers
 * have no business with them.
 * @param text the figures as they are now, in the text form of Prometheus
 * @throws SluiceError `invalid_config` where the address cannot be had.
 */
export async function serveMetrics(text: () => string, address: ListenAddress): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    if (request.url !== "/metrics" || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("Only GET /metrics.\n");
      return;
    }
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(request.method === "HEAD" ? undefined : text());
  });
  server.maxConnections = 32;
  return {
    address: await listenOn(server, address),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
