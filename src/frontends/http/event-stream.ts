import type { ServerResponse } from "node:http";

/** Sends the headers of an event stream at once; no proxy may compress it or keep it back. */
export function openEventStream(response: ServerResponse): void {
  response.statusCode = 200;
  response.setHeader("content-type", "text/event-stream; charset=utf-8");
  response.setHeader("cache-control", "no-cache, no-transform");
  response.setHeader("x-accel-buffering", "no");
  response.flushHeaders();
}
