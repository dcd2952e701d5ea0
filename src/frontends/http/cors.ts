import type { IncomingMessage, ServerResponse } from "node:http";
import { RATE_HEADERS } from "../../dialects/rate-headers.js";

const ALLOWED_HEADERS =
  "authorization, x-api-key, content-type, anthropic-version, anthropic-beta, idempotency-key, last-event-id, traceparent, x-sluice-resumable";
const EXPOSED_HEADERS = [
  "x-sluice-session",
  "x-request-id",
  "request-id",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  ...RATE_HEADERS,
].join(", ");

/**
 * Lets pages of the configured origins read answers. Returns true for a preflight that is answered.
 * Tokens are in headers, never in cookies, so that another page has nothing to ride on.
 */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  origins: ReadonlySet<string>,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  response.setHeader("vary", "origin");
  const isPreflight =
    request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
  if (origins.has(origin)) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
    if (isPreflight) {
      response.setHeader("access-control-allow-methods", "GET, POST, DELETE");
      response.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
      response.setHeader("access-control-max-age", "600");
    }
  }
  if (!isPreflight) return false;
  response.statusCode = 204;
  response.end();
  return true;
}
