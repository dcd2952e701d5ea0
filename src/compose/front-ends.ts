import { randomBytes, randomUUID } from "node:crypto";
import type { Address } from "../config/address.js";
import type { Config } from "../config/load.js";
import { clientDialects } from "../dialects/index.js";
import type { FrontEnd, FrontEndDeps, TlsMaterial } from "../frontends/front-end.js";
import { createGrpcFrontEnd } from "../frontends/grpc/server.js";
import { createHttpFrontEnd } from "../frontends/http/server.js";
import { createResponsesSocketFrontEnd } from "../frontends/index.js";
import { createWebSocketFrontEnd } from "../frontends/websocket/server.js";
import { fitsModel } from "../pipeline/router.js";

type Opened = (closer: () => Promise<void> | void) => void;

export interface Listening {
  readonly http: Address;
  readonly grpc: Address;
  /** Takes no new connections; resolves when the last stream has ended. */
  drain(): Promise<unknown>;
}

/** Opens every front end that the configuration names. What is opened is given to `opened`, to be closed. */
export async function listen(
  config: Config,
  rooms: Omit<FrontEndDeps, "dialects" | "newRequestId">,
  opened: Opened,
): Promise<Listening> {
  const { limits, timeouts, approvals, tls, origins } = config.written;
  const deps: FrontEndDeps = {
    ...rooms,
    dialects: clientDialects,
    newRequestId: () => `req_${randomUUID()}`,
  };
  const websocket = createWebSocketFrontEnd(deps, {
    origins,
    limits: {
      frameBytes: limits.body,
      streamsPerSocket: limits.streamsPerSocket,
      stallTimeoutMs: timeouts.stall,
    },
  });
  opened(() => websocket.close());
  const responses = createResponsesSocketFrontEnd(deps, {
    origins,
    limits: {
      frameBytes: limits.body,
      stallTimeoutMs: timeouts.stall,
      inFlight: limits.responsesPerSocket,
      memoryBytes: limits.socketConversations,
      ageMs: timeouts.socketAge,
    },
    passFields: (model) => passFieldsOf(config, model),
    randomBytes: (count) => randomBytes(count),
  });
  opened(() => responses.close());
  const http = createHttpFrontEnd(deps, {
    limits: {
      bodyBytes: limits.body,
      pendingWaitMs: approvals.plainWait,
      heartbeatMs: approvals.heartbeat,
      stallTimeoutMs: timeouts.stall,
    },
    tls: tlsOf(config, tls.http, "tls.http"),
    origins,
    // The path of the Responses API goes to its own room.
    upgrades: [responses, websocket],
    passFields: (model) => passFieldsOf(config, model),
  });
  const grpc = createGrpcFrontEnd(deps, {
    limits: { messageBytes: limits.body, stallTimeoutMs: timeouts.stall },
    tls: tlsOf(config, tls.grpc, "tls.grpc"),
  });
  return {
    http: await opening(http, config.http, opened),
    grpc: await opening(grpc, config.grpc, opened),
    drain: () => Promise.all([http, grpc, websocket, responses].map((frontEnd) => frontEnd.drain())),
  };
}

async function opening(frontEnd: FrontEnd, address: Address, opened: Opened): Promise<Address> {
  const bound = await frontEnd.listen(address);
  opened(() => frontEnd.close());
  return bound;
}

function tlsOf(config: Config, written: Config["written"]["tls"]["http"], field: string): TlsMaterial | null {
  if (written === undefined) return null;
  const clientCa =
    written.clientCa === undefined ? {} : { clientCa: config.pem(written.clientCa, `${field}.clientCa`) };
  return {
    cert: config.pem(written.cert, `${field}.cert`),
    key: config.pem(written.key, `${field}.key`),
    ...clientCa,
  };
}

function passFieldsOf(config: Config, model: string): readonly string[] {
  const found = config.written.connections.find(
    ({ models, aliases }) => aliases.has(model) || models.some((glob) => fitsModel(glob, model)),
  );
  return found?.passFields ?? [];
}
