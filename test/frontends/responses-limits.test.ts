/** What an operator may set for the Responses API: memory, responses at once, and the age of a socket. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import OpenAI, { BadRequestError } from "openai";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { compose } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { clientDialects } from "../../src/dialects/index.js";
import type { FrontEndDeps } from "../../src/frontends/front-end.js";
import { Connection } from "../../src/frontends/responses-socket/connection.js";
import { DEFAULT_RESPONSES_SOCKET_LIMITS } from "../../src/frontends/responses-socket/server.js";
import { ManualClock } from "../identity/manual-clock.js";
import { type GatewayWorld, openFolder, openGateway } from "../support/gateway.js";
import { plainAnswer, streamedAnswer } from "../support/streams.js";

const LIMITS = `limits: { responsesPerSocket: 2, conversations: 0B, socketConversations: 0B }
`;

describe("limits of the configuration", () => {
  let world: GatewayWorld;
  let token = "";
  before(async () => {
    world = await openGateway(LIMITS);
    token = await world.token("jane");
  });
  after(() => world.close());

  test("no memory: nobody goes on from a response", async () => {
    world.model.tell(({ path }) => ({ body: streamedAnswer(path, ["Hello"]) }));
    const sdk = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: token, maxRetries: 0 });
    const one = await sdk.responses.stream({ model: "gpt-told", input: "First" }).finalResponse();
    await assert.rejects(
      sdk.responses.create({ model: "gpt-told", input: "On", previous_response_id: one.id }),
      (error: Error) => error instanceof BadRequestError && error.code === "previous_response_not_found",
    );
  });

  test("two responses at once on one socket, and no third", async () => {
    world.model.tell(({ path }) => ({ body: streamedAnswer(path, ["Hello"]).slice(0, 2500), end: "open" }));
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${world.url.replace("http", "ws")}/v1/responses`, { headers });
    await once(socket, "open");
    for (const stream_id of ["a", "b", "c"]) {
      socket.send(JSON.stringify({ type: "response.create", model: "gpt-told", input: "Hi", stream_id }));
    }
    const refused = await new Promise<{ stream_id: string; error: { code: string; message: string } }>(
      (resolve) =>
        socket.on("message", (data) => {
          const frame = JSON.parse(String(data));
          if (frame.type === "error") resolve(frame);
        }),
    );
    socket.terminate();
    assert.equal(refused.stream_id, "c");
    assert.equal(refused.error.code, "websocket_stream_limit_reached");
    assert.match(refused.error.message, /At most 2 responses/);
  });
});

test("a socket that is too old says so and is closed, as clients that reconnect want it", async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const accepted: readonly [WebSocket, IncomingMessage] = (await once(sockets, "connection")) as never;
  const dialect = clientDialects.get("openai-responses");
  assert.ok(dialect !== undefined);
  const clock = new ManualClock();
  new Connection({
    deps: { clock } as unknown as FrontEndDeps,
    dialect,
    limits: { ...DEFAULT_RESPONSES_SOCKET_LIMITS, ageMs: 60_000 },
    passFields: () => [],
    randomBytes: (count) => new Uint8Array(count),
    webSocket: accepted[0],
    socket: accepted[1].socket,
    token: "",
    headers: {},
    onOver: () => {},
  });
  const frames: string[] = [];
  client.on("message", (data: RawData) => frames.push(String(data)));
  clock.advance(59_000);
  const closed = once(client, "close");
  clock.advance(2_000);
  assert.equal((await closed)[0], 1001);
  assert.match(frames.join(""), /"code":"websocket_connection_limit_reached"/);
  sockets.close();
  server.close();
});

test("request keys that a connection passes pass for every model that its globs name", async () => {
  const place = await openFolder();
  const written = await readFile(place.file, "utf8");
  await writeFile(place.file, written.replace('models: ["gpt-*"]', 'models: ["gpt-*"], passFields: [min_p]'));
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const running = await compose(loadConfig(place.file, {}), quiet);
  place.model.tell(({ path }) => ({
    headers: { "content-type": "application/json" },
    body: plainAnswer(path, "Hello"),
  }));
  const baseURL = `http://127.0.0.1:${running.http.port}/v1`;
  const sdk = new OpenAI({ baseURL, apiKey: await place.token("jane"), maxRetries: 0 });
  const messages = [{ role: "user" as const, content: "Hi" }];
  await sdk.chat.completions.create({ model: "gpt-told", messages, min_p: 0.5 } as never);
  assert.equal(JSON.parse(place.model.requests.at(-1)?.body ?? "{}").min_p, 0.5);
  await assert.rejects(
    sdk.chat.completions.create({ model: "claude-told", messages, min_p: 0.5 } as never),
    /min_p/,
  );
  await running.close();
  await place.close();
});
