import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { secureUrl } from "../domain/loopback.js";
import { guardedLookup, whyNotAddress } from "./address-guard.js";
import type { Sent } from "./message.js";

export interface Endpoint {
  readonly url: string;
  /** For everything together: connecting, sending, the answer. */
  readonly timeoutMs: number;
  /** PEM of the authorities that may certify the host; null: the system's. */
  readonly ca: string | null;
  /** Whether the host may lie in a private network. */
  readonly internal: boolean;
  /** Whether plain http may leave this machine. */
  readonly insecure: boolean;
}

export interface Outgoing {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Posts JSON once. It follows no redirect and reads nothing of the answer but its status. Never rejects. */
export function post(endpoint: Endpoint, message: Outgoing, signal: AbortSignal): Promise<Sent> {
  const refused = whyNot(endpoint);
  if (refused !== null) return Promise.resolve(failed(refused));
  const url = new URL(endpoint.url);
  const deadline = AbortSignal.timeout(endpoint.timeoutMs);
  const open = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const outgoing = open(
      url,
      {
        method: "POST",
        agent: false,
        signal: AbortSignal.any([deadline, signal]),
        lookup: guardedLookup(endpoint.internal),
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(message.body),
          "user-agent": "sluice",
          ...message.headers,
        },
        ...(endpoint.ca === null ? {} : { ca: endpoint.ca }),
      },
      (incoming) => {
        resolve(readStatus(incoming));
        outgoing.destroy();
      },
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      resolve(failed(deadline.aborted ? `no answer within ${endpoint.timeoutMs} ms` : reasonOf(error))),
    );
    outgoing.end(message.body);
  });
}

/** Why nothing can be sent to an endpoint, whatever its name resolves to; null: it can be tried. */
export function whyNot({ url, internal, insecure }: Endpoint): string | null {
  if (!URL.canParse(url)) return "its address is no URL";
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return "its address is neither https nor http";
  if (username !== "" || password !== "") return "its address holds a credential";
  if (!insecure && !secureUrl(url)) return "plain http would leave this machine; use https";
  const host = hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? null : whyNotAddress(host, { host, internal });
}

function readStatus(incoming: IncomingMessage): Sent {
  const status = incoming.statusCode ?? 0;
  if (status >= 200 && status < 300) return { outcome: "delivered" };
  if (status === 410) return { outcome: "gone" };
  if (status >= 300 && status < 400) return failed(`status ${status}: redirects are not followed`);
  return { ...failed(`status ${status}`), retryAfterMs: retryAfter(incoming.headers["retry-after"]) };
}

/** Seconds alone: a date would need the receiver's clock to be right. @see RFC 9110 section 10.2.3 */
function retryAfter(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

function failed(reason: string): Extract<Sent, { outcome: "failed" }> {
  return { outcome: "failed", reason, retryAfterMs: null };
}

/** Codes of sockets and of TLS say what is wrong; their messages hold addresses. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code !== undefined && /^[A-Z][A-Z0-9_]{1,63}$/.test(error.code)) return error.code;
  return error.message.startsWith("the host is refused") ? error.message : "the connection failed";
}
