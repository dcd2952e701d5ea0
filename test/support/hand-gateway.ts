import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import type { Way } from "../contracts/way.js";
import { GrpcClient, grpcWay } from "../frontends/ways/grpc-way.js";
import { CHAT, httpWay } from "../frontends/ways/http-way.js";
import { webSocketWay } from "../frontends/ways/websocket-way.js";
import { type GatewayFolder, openFolder } from "./gateway.js";
import { HandClock } from "./hand-clock.js";

/** The whole gateway in this process, by a clock that the test moves. */
export interface HandGateway extends GatewayFolder {
  readonly clock: HandClock;
  readonly running: Running;
  readonly url: string;
  readonly client: GrpcClient;
  /** One way in for each front end, by its name. */
  readonly ways: ReadonlyMap<string, Way>;
}

export async function openHandGateway(): Promise<HandGateway> {
  const place = await openFolder();
  const clock = new HandClock();
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const running = await compose(loadConfig(place.file, {}), quiet, clock);
  const url = `http://127.0.0.1:${running.http.port}`;
  // Deadlines are the client's own business, and its clock is the real one.
  const client = new GrpcClient(`127.0.0.1:${running.grpc.port}`, { deadlineMs: 3_600_000 });
  return {
    ...place,
    clock,
    running,
    url,
    client,
    ways: waysInto(url, client),
    close: async () => {
      client.close();
      const hand = setInterval(() => clock.moveTo(clock.monotonicMs() + 1000), 1);
      await running.close();
      clearInterval(hand);
      await place.close();
    },
  };
}

/** gRPC, WebSocket, and HTTP as an OpenAI client streams. */
export function waysInto(url: string, client: GrpcClient): ReadonlyMap<string, Way> {
  const http = httpWay(url, { ...CHAT, name: "HTTP", stream: true });
  return new Map([grpcWay(client), webSocketWay(url), http].map((way) => [way.name, way]));
}
