/** The client for browsers and other JavaScript: no dependencies, resume built in. */
export { SluiceClient, type SluiceClientOptions, type SocketLike } from "./client.js";
export type * from "./messages.js";
export type { SessionStream } from "./session-stream.js";
export { SluiceError } from "./stream-error.js";
