import type { Metadata, ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import { Metadata as CallMetadata } from "@grpc/grpc-js";
import { asSluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { Principal } from "../../domain/principal.js";
import { authenticate } from "../authenticate.js";
import { reportFault } from "../fault.js";
import type { FrontEndDeps } from "../front-end.js";
import { toServiceError } from "./errors.js";

export type UnaryCall = ServerUnaryCall<JsonObject, JsonObject>;
export type StreamCall = ServerWritableStream<JsonObject, Buffer>;
export type MessageCall = ServerWritableStream<JsonObject, JsonObject>;

/** A verified request. */
export interface Asked {
  readonly request: JsonObject;
  readonly principal: Principal;
  readonly metadata: Metadata;
}

/** A method that answers once. */
export function unary(
  deps: FrontEndDeps,
  answer: (asked: Asked) => Promise<JsonObject> | JsonObject,
): (call: UnaryCall, callback: sendUnaryData<JsonObject>) => void {
  return (call, callback) => {
    const requestId = deps.newRequestId();
    call.sendMetadata(idMetadata(requestId));
    verified(deps, call)
      .then(answer)
      .then(
        (message) => callback(null, message),
        (thrown) => callback(serviceError(deps, thrown, requestId)),
      );
  };
}

/** A method that answers with a stream; `begin` sees to everything after the caller is known. */
export function streaming<C extends StreamCall | MessageCall>(
  deps: FrontEndDeps,
  begin: (call: C, asked: Asked) => Promise<void>,
): (call: C) => void {
  return (call) => {
    const requestId = deps.newRequestId();
    verified(deps, call)
      .then(async (asked) => {
        if (!call.cancelled) await begin(call, asked);
      })
      .catch((thrown) => {
        if (!call.cancelled) call.emit("error", serviceError(deps, thrown, requestId));
      });
  };
}

async function verified(deps: FrontEndDeps, call: UnaryCall | StreamCall | MessageCall): Promise<Asked> {
  const { metadata, request } = call;
  const headers = {
    authorization: textsOf(metadata, "authorization"),
    "x-api-key": textsOf(metadata, "x-api-key"),
  };
  const { principal } = await authenticate(headers, deps.verifier);
  return { request, principal, metadata };
}

/** Values of a metadata key; undefined where it is not there. */
export function textsOf(metadata: Metadata, key: string): readonly string[] | undefined {
  const values = metadata
    .get(key)
    .map(String)
    .filter((value) => value !== "");
  return values.length === 0 ? undefined : values;
}

function serviceError(
  deps: FrontEndDeps,
  thrown: unknown,
  requestId: string,
): ReturnType<typeof toServiceError> {
  const error = asSluiceError(thrown);
  reportFault(deps.logger, error, { requestId });
  const wire = toServiceError(error);
  wire.metadata.set("x-request-id", requestId);
  return wire;
}

export function idMetadata(requestId: string, session?: string): CallMetadata {
  const metadata = new CallMetadata();
  metadata.set("x-request-id", requestId);
  if (session !== undefined) metadata.set("x-sluice-session", session);
  return metadata;
}

/** Resolves when the client takes again, or is gone. */
export function drained(call: MessageCall, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    call.once("drain", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
