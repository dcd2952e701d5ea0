import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { SluiceError } from "../../domain/errors.js";
import { challengeFor } from "../authenticate.js";
import { ownErrorBody, upgradeStatusOf } from "../upgrade-error.js";

/** `none`: no browser. `allowed`: the gateway's own page or a configured one. */
export type OriginVerdict = "none" | "allowed" | "foreign";

/** Browsers always send an origin, and no page can forge it. */
export function originOf({ headers }: IncomingMessage, allowed: ReadonlySet<string>): OriginVerdict {
  const { origin, host } = headers;
  if (origin === undefined) return "none";
  if (allowed.has(origin)) return "allowed";
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
    ? "allowed"
    : "foreign";
}

/** Answers an upgrade with an ordinary HTTP error. */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex, error: SluiceError): void {
  const body = ownErrorBody(error);
  const challenge = challengeFor(error, request.headers);
  const lines = [
    `HTTP/1.1 ${upgradeStatusOf(error.code)}`,
    "connection: close",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(challenge === null ? [] : [`www-authenticate: ${challenge}`]),
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
