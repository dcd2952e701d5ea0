import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientDialect } from "../../dialects/dialect.js";
import { asSluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { Clock } from "../../domain/time.js";
import type { LiveSession } from "../../pipeline/call.js";
import { challengeFor } from "../authenticate.js";
import { reportFault } from "../fault.js";
import type { FrontEndLogger } from "../front-end.js";
import { ownError } from "./errors.js";

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Whose shape errors have; null: the gateway's own. */
  readonly dialect: ClientDialect | null;
  readonly logger: FrontEndLogger;
}

export function sendJson({ response, request }: Exchange, body: JsonObject, status = 200): void {
  const text = request.method === "HEAD" ? "" : JSON.stringify(body);
  response.statusCode = status;
  if (!response.hasHeader("content-type")) response.setHeader("content-type", "application/json");
  response.setHeader("content-length", Buffer.byteLength(text));
  response.setHeader("cache-control", "no-store");
  response.end(text);
}

/** Answers with an error while nothing has been sent; later than that the connection is destroyed, since
 *  a broken answer must not end like a whole one. */
export function sendError(exchange: Exchange, thrown: unknown): void {
  const { request, response, requestId, dialect } = exchange;
  const error = asSluiceError(thrown);
  reportFault(exchange.logger, error, { requestId });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const wire = dialect === null ? ownError(error, requestId) : dialect.error(error, requestId);
  for (const [name, value] of Object.entries(wire.headers)) response.setHeader(name, value);
  // A dialect knows that a token is missing, not whether one came.
  const challenge = challengeFor(error, request.headers);
  if (challenge !== null) response.setHeader("www-authenticate", challenge);
  sendJson(exchange, wire.body, wire.status);
}

/** How the caller's rates stand, where its answer has not begun. */
export function sayRates(
  { response, dialect }: Exchange,
  { rates }: Pick<LiveSession, "rates">,
  clock: Pick<Clock, "nowMs">,
): void {
  if (dialect === null || response.headersSent) return;
  const headers = dialect.rateHeaders(rates, clock.nowMs());
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
