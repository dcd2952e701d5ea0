import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect as netConnect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";

/** Why no connection could be made, in words that hold no address and no secret. */
export class DialError extends Error {
  /** The system's code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`) or `PROXY_REFUSED`. */
  readonly code: string;

  constructor(code: string) {
    super(`the connection could not be made (${code})`);
    this.code = code;
  }
}

type Dialed = (error: DialError | null, socket: Socket | null) => void;

/** Opens one socket; the returned function gives up at once, also in the middle of a handshake. */
export type Dialer = (done: Dialed) => () => void;

export interface DialerOptions {
  /** Scheme, host and port of the model. */
  readonly origin: URL;
  /** PEM of the authorities that may certify the host; null: the system's. */
  readonly ca: string | null;
  /** Egress proxy; null: none. https goes through a CONNECT tunnel, http as absolute-form requests. */
  readonly proxy: URL | null;
}

/** Dials the model, directly or through the proxy, with TLS where the origin asks for it. */
export function createDialer(options: DialerOptions): Dialer {
  const { origin, proxy } = options;
  const secure = origin.protocol === "https:";
  const reach = reacher(origin, proxy, secure);
  if (!secure) return (done) => reach(once(done));
  let session: Buffer | null = null;
  return (done) => {
    const finish = once(done);
    let stop: () => void = () => undefined;
    const stopReaching = reach((error, socket) => {
      if (error !== null || socket === null) return finish(error, null);
      const secured = tlsConnect({
        socket,
        ALPNProtocols: ["http/1.1"],
        ...(bareHost(origin).includes(":") ? {} : { servername: bareHost(origin) }),
        ...(options.ca === null ? {} : { ca: options.ca }),
        ...(session === null ? {} : { session }),
      });
      // A resumed session saves the second round trip of a new connection.
      secured.on("session", (ticket: Buffer) => {
        session = ticket;
      });
      stop = settle(secured, "secureConnect", finish);
    });
    return () => {
      stopReaching();
      stop();
    };
  };
}

/** The TCP part: a socket to the origin, to a plain proxy, or through a proxy's tunnel. */
function reacher(origin: URL, proxy: URL | null, secure: boolean): Dialer {
  if (proxy !== null && secure) return (done) => tunnel(origin, proxy, done);
  const target = proxy ?? origin;
  const host = bareHost(target);
  const port = portOf(target);
  return (done) => settle(netConnect({ host, port, noDelay: true, keepAlive: true }), "connect", done);
}

/** Waits for `event` or an error of a socket that is being opened. */
function settle(socket: Socket, event: string, done: Dialed): () => void {
  const failed = (error: NodeJS.ErrnoException) => done(new DialError(codeOf(error)), null);
  const closed = () => done(new DialError("ECONNRESET"), null);
  socket.once("error", failed);
  socket.once("close", closed);
  socket.once(event, () => {
    socket.removeListener("close", closed);
    done(null, socket);
    // The new owner has added its own by now.
    socket.removeListener("error", failed);
  });
  return () => {
    socket.destroy();
  };
}

/** @see RFC 9110 section 9.3.6 */
function tunnel(origin: URL, proxy: URL, done: Dialed): () => void {
  const authority = `${origin.hostname}:${portOf(origin)}`;
  const send = proxy.protocol === "https:" ? httpsRequest : httpRequest;
  const request = send({
    method: "CONNECT",
    host: bareHost(proxy),
    port: portOf(proxy),
    path: authority,
    agent: false,
    headers: { host: authority, ...proxyCredential(proxy) },
  });
  request.once("connect", (response, socket, head) => {
    if (response.statusCode === 200 && head.length === 0) return done(null, socket);
    socket.destroy();
    done(new DialError("PROXY_REFUSED"), null);
  });
  request.once("response", (response) => {
    response.destroy();
    done(new DialError("PROXY_REFUSED"), null);
  });
  request.once("error", (error) => done(new DialError(codeOf(error)), null));
  request.end();
  return () => {
    request.destroy();
  };
}

/** `proxy-authorization` for a proxy whose URL holds a user; empty without one. */
export function proxyCredential(proxy: URL): Readonly<Record<string, string>> {
  if (proxy.username === "") return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** URL writes an IPv6 address in brackets, sockets take it without. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function codeOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? "";
  return /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : "CONNECT_FAILED";
}

function once(done: Dialed): Dialed {
  let called = false;
  return (error, socket) => {
    if (called) {
      socket?.destroy();
      return;
    }
    called = true;
    done(error, socket);
  };
}
