import { after, before, describe } from "node:test";
import { clientDialects } from "../../src/dialects/index.js";
import type { DialectName } from "../../src/domain/entry.js";
import { frontEndContract } from "../contracts/front-end-contract.js";
import type { Way } from "../contracts/way.js";
import { keepAlive } from "../support/keep-alive.js";
import { type GatewayWorld, openWorld } from "./gateway-world.js";
import { GrpcClient, grpcWay } from "./ways/grpc-way.js";
import { CHAT, COMPLETIONS, httpWay, MESSAGES, RESPONSES, type WireForm } from "./ways/http-way.js";
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

const FORMS: Readonly<Partial<Record<DialectName, Omit<WireForm, "name" | "stream">>>> = {
  "openai-chat": CHAT,
  "openai-completions": COMPLETIONS,
  "openai-responses": RESPONSES,
  "anthropic-messages": MESSAGES,
};

for (const name of clientDialects.keys()) {
  const form = FORMS[name];
  if (form === undefined) throw new Error(`The suite does not know the dialect ${name}.`);
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
