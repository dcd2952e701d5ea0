import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, connect as netConnect, type Socket } from "node:net";
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
  const sessions: Sessions = { trusted: null };
  return (done) => {
    const finish = once(done);
    let stop: () => void = () => undefined;
    const stopReaching = reach((error, socket) => {
      if (error !== null || socket === null) finish(error, null);
      else stop = secureSocket(socket, finish, { host: bareHost(origin), ca: options.ca, sessions });
    });
    return () => {
      stopReaching();
      stop();
    };
  };
}

/** The last TLS session with the host, so that a new connection saves a round trip. */
interface Sessions {
  trusted: Buffer | null;
}

function secureSocket(
  socket: Socket,
  done: Dialed,
  options: { readonly host: string; readonly ca: string | null; readonly sessions: Sessions },
): () => void {
  const { host, ca, sessions } = options;
  const secured = tlsConnect({
    socket,
    host,
    ALPNProtocols: ["http/1.1"],
    // RFC 6066 section 3 allows no addresses here; the certificate is compared with `host` then.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
    ...(sessions.trusted === null ? {} : { session: sessions.trusted }),
  });
  let isTrusted = false;
  let ticket: Buffer | null = null;
  // With TLS 1.2 a ticket comes before the certificate's name is checked, and a resumed session is not
  // checked again: a ticket is kept only once its connection has passed.
  secured.on("session", (fresh: Buffer) => {
    ticket = fresh;
    if (isTrusted) sessions.trusted = fresh;
  });
  secured.once("secureConnect", () => {
    isTrusted = secured.authorized;
    if (isTrusted && ticket !== null) sessions.trusted = ticket;
  });
  return settle(secured, "secureConnect", done);
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
