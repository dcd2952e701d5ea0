import type { SluiceError } from "../../domain/errors.js";
import { toErrorMessage } from "../event.js";

/** Close codes of this front end; docs/websocket.md lists them. 4401 and 4403 as graphql-ws uses them. */
export const CLOSE = {
  shutdown: 1001,
  notText: 1003,
  abuse: 1008,
  unauthenticated: 4401,
  stalled: 4408,
} as const;

/** The last frame of a stream that did not end well; it follows `ended` where the session has one. */
export function errorFrame(stream: string, error: SluiceError): string {
  return `{"stream":${JSON.stringify(stream)},"error":${JSON.stringify(toErrorMessage(error))}}`;
}

/** Told about a frame that belongs to no stream. */
export function connectionError(error: SluiceError): string {
  return `{"error":${JSON.stringify(toErrorMessage(error))}}`;
}
