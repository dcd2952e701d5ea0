import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { SluiceError } from "../../domain/errors.js";
import type { FrontEnd, FrontEndDeps, ListenAddress, TlsMaterial } from "../front-end.js";
import { listenOn } from "../listen.js";
import { allowOrigin } from "./cors.js";
import { type Exchange, sendError } from "./exchange.js";
import { wantsAnthropic } from "./models.js";
import { DEFAULT_HTTP_LIMITS, type HttpLimits, HttpRoom } from "./room.js";
import { ROUTES, type Route } from "./routes.js";

/** A front end that lives on this port and ends with it. */
export interface UpgradeHandler {
  /** Takes an upgraded connection; false: the path is not its own. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface HttpFrontEndOptions {
  readonly limits?: Partial<HttpLimits>;
  readonly tls?: TlsMaterial | null;
  /** Origins whose pages may read answers, for example `https://chat.example.com`. */
  readonly origins?: readonly string[];
  /** WebSocket front ends on the same port. */
  readonly upgrades?: readonly UpgradeHandler[];
  /** Further request keys that the model's connection accepts. */
  readonly passFields?: (model: string) => readonly string[];
  /** Takes what no route takes, for example the console's files; false: nothing there. */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Tokens of some providers exceed Node's 16 KiB for all headers. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Above the time for which clients and load balancers keep idle connections, so that no request races
 *  with a closing connection. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** How long a refused body may still flow in, so that the client gets to read the answer. */
const LINGER_MS = 1_000;

export function createHttpFrontEnd(deps: FrontEndDeps, options: HttpFrontEndOptions = {}): FrontEnd {
  return new HttpFrontEnd(deps, options);
}

class HttpFrontEnd implements FrontEnd {
  readonly #deps: FrontEndDeps;
  readonly #options: HttpFrontEndOptions;
  readonly #origins: ReadonlySet<string>;
  readonly #room: HttpRoom;
  readonly #server: Server;
  #address: ListenAddress | null = null;

  constructor(deps: FrontEndDeps, options: HttpFrontEndOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#origins = new Set(options.origins ?? []);
    const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
    this.#room = new HttpRoom(deps, { limits, passFields: options.passFields ?? (() => []) });
    this.#server = this.#create(limits);
  }

  #create(limits: HttpLimits): Server {
    const { tls } = this.#options;
    const settings = {
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      noDelay: true,
    };
    const server =
      tls == null
        ? createServer(settings)
        : createTlsServer({
            ...settings,
            key: tls.key,
            cert: tls.cert,
            ...(tls.clientCa === undefined
              ? {}
              : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
          });
    server.maxConnections = limits.connections;
    server.on("request", (request, response) => this.#handle(request, response));
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    server.on("clientError", (error, socket) => refuseBrokenRequest(error, socket));
    return server;
  }

  get address(): ListenAddress | null {
    return this.#address;
  }

  async listen(address: ListenAddress): Promise<ListenAddress> {
    this.#address = await listenOn(this.#server, address);
    return this.#address;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const exchange = this.#exchangeOf(request, response);
    response.setHeader("x-request-id", exchange.requestId);
    response.setHeader("request-id", exchange.requestId);
    response.setHeader("x-content-type-options", "nosniff");
    response.on("finish", () => lingerOver(request, response));
    request.on("error", () => {});
    response.on("error", () => {});
    if (allowOrigin(request, response, this.#origins)) return;
    void this.#route(exchange);
  }

  #exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
    const [path = "/", search = ""] = splitOnce(request.url ?? "/", "?");
    const requestId = this.#deps.newRequestId();
    const query = new URLSearchParams(search);
    return { request, response, requestId, path, query, dialect: null, logger: this.#deps.logger };
  }

  async #route(exchange: Exchange): Promise<void> {
    const found = ROUTES.flatMap((route) => {
      const match = route.path.exec(exchange.path);
      return match === null ? [] : [{ route, parameter: match[1] ?? "" }];
    });
    const method = exchange.request.method === "HEAD" ? "GET" : exchange.request.method;
    const fitting = found.find(({ route }) => route.method === method);
    const shaped = { ...exchange, dialect: this.#dialectOf((fitting ?? found[0])?.route ?? null, exchange) };
    try {
      if (fitting !== undefined) await fitting.route.handle(this.#room, shaped, decoded(fitting.parameter));
      else if (found.length > 0) throw wrongMethod(shaped, found);
      else if (this.#options.fallback?.(exchange.request, exchange.response) !== true) throw noRoute();
    } catch (thrown) {
      sendError(shaped, thrown);
    }
  }

  #dialectOf(route: Route | null, exchange: Exchange): Exchange["dialect"] {
    if (route?.dialect == null) return null;
    const isShared = route.path.source.startsWith("^\\/v1\\/models");
    const name = isShared && wantsAnthropic(exchange) ? "anthropic-messages" : route.dialect;
    return this.#deps.dialects.get(name) ?? null;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const handlers = this.#options.upgrades ?? [];
    if (handlers.some((handler) => handler.upgrade(request, socket, head))) return;
    socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  }

  async drain(): Promise<void> {
    const closed = this.#stopListening();
    this.#server.closeIdleConnections();
    await Promise.all((this.#options.upgrades ?? []).map((handler) => handler.drain()));
    await closed;
  }

  async close(): Promise<void> {
    const closed = this.#stopListening();
    this.#room.close();
    await Promise.all((this.#options.upgrades ?? []).map((handler) => handler.close()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Resolves when the last connection is gone, at once where it does not listen. */
  #stopListening(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#server.listening) this.#server.close(() => resolve());
      else resolve();
    });
  }
}

/** Node's own answers to what is no HTTP have no body; say what was wrong. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writable && error.code === "HPE_HEADER_OVERFLOW") {
    const body =
      '{"error":{"code":"too_large","message":"The headers are larger than 64 KiB.","type":"too_large","param":null}}';
    const head = `HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    socket.end(head + body);
  } else if (socket.writable && error.code !== "ECONNRESET") {
    socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  } else socket.destroy();
}

/** An answer was sent before the body was read: what still comes is thrown away, for a moment. */
function lingerOver(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) return;
  response.shouldKeepAlive = false;
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  timer.unref();
  request.on("close", () => clearTimeout(timer));
}

function wrongMethod({ response }: Exchange, found: readonly { readonly route: Route }[]): SluiceError {
  const allowed = found.map(({ route }) => route.method).join(", ");
  response.setHeader("allow", allowed);
  return new SluiceError("method_not_allowed", `This route takes ${allowed}.`);
}

function noRoute(): SluiceError {
  return new SluiceError("not_found", "There is no such route; docs/http.md lists them.");
}

function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    throw new SluiceError("invalid_request", "The path is not valid percent-encoding.", { field: "path" });
  }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
