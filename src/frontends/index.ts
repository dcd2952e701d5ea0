/** The ways in. */
export { createGrpcFrontEnd } from "./grpc/server.js";
export { createHttpFrontEnd } from "./http/server.js";
export { createResponsesSocketFrontEnd } from "./responses-socket/server.js";
export { createWebSocketFrontEnd } from "./websocket/server.js";
