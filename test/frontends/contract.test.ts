import { after, before, describe } from "node:test";
import { frontEndContract } from "../contracts/front-end-contract.js";
import type { Way } from "../contracts/way.js";
import { keepAlive } from "../support/keep-alive.js";
import { type GatewayWorld, openWorld } from "./gateway-world.js";
import { GrpcClient, grpcWay } from "./ways/grpc-way.js";
import { CHAT, COMPLETIONS, httpWay, MESSAGES, RESPONSES } from "./ways/http-way.js";
import { webSocketWay } from "./ways/websocket-way.js";

keepAlive();

let world: GatewayWorld;
let client: GrpcClient;

before(async () => {
  world = await openWorld();
  client = new GrpcClient(world.grpcAddress);
});

after(async () => {
  client?.close();
  await world?.close();
});

describe("gRPC", () => {
  let way: Way;
  before(() => {
    way = grpcWay(client);
  });
  frontEndContract(
    () => world,
    () => way,
    { streams: true, dropCancels: true },
  );
});

describe("WebSocket", () => {
  let way: Way;
  before(() => {
    way = webSocketWay(world.httpUrl);
  });
  frontEndContract(
    () => world,
    () => way,
    { streams: true, dropCancels: false },
  );
});

for (const [name, form] of Object.entries({
  chat: CHAT,
  completions: COMPLETIONS,
  responses: RESPONSES,
  messages: MESSAGES,
})) {
  for (const stream of [true, false]) {
    describe(`HTTP ${name}, ${stream ? "streamed" : "plain"}`, () => {
      let way: Way;
      before(() => {
        way = httpWay(world.httpUrl, { ...form, name, stream });
      });
      frontEndContract(
        () => world,
        () => way,
        { streams: stream, dropCancels: true },
      );
    });
  }
}
