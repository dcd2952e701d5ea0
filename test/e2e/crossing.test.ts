/** What a model of another dialect cannot be asked: told before anything is judged, recorded or reviewed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ServiceError } from "@grpc/grpc-js";
import OpenAI, { BadRequestError } from "openai";
import { WebSocket } from "ws";
import { errorInfo, GrpcClient } from "../frontends/ways/grpc-way.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";

let world: GatewayWorld;
let token = "";
before(async () => {
  world = await openGateway();
  token = await world.token("jane");
});
after(() => world.close());

// Would be reviewed, were it asked.
const PROMPT = "The q3 revenue, please";
const SLUICE = { model: "claude-told", messages: [{ role: "user", parts: [{ text: PROMPT }] }], choices: 2 };

async function sessions(): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const { items } = (await (await fetch(`${world.url}/v1/sessions`, { headers })).json()) as {
    items: unknown[];
  };
  return items.length;
}

test("over HTTP it is a 400 that names the field, and nobody reviews it", async () => {
  const sdk = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: token, maxRetries: 0 });
  for (const stream of [true, false]) {
    const asked = sdk.chat.completions.create({
      model: "claude-told",
      messages: [{ role: "user", content: PROMPT }],
      n: 2,
      stream,
    });
    await assert.rejects(asked, (error) => {
      assert.ok(error instanceof BadRequestError);
      assert.equal(error.param, "n");
      assert.match(error.message, /must be 1/);
      return true;
    });
  }
  assert.equal(await sessions(), 0);
  assert.equal(world.model.requests.length, 0);
});

test("over gRPC it is INVALID_ARGUMENT with the field in its ErrorInfo", async () => {
  const client = new GrpcClient(world.grpcAddress);
  const stream = client.stream("Completions/Complete", SLUICE, { token });
  stream.on("data", () => {});
  const error = await new Promise<ServiceError>((resolve) => stream.once("error", resolve));
  client.close();
  assert.equal(error.code, 3);
  assert.equal(errorInfo(error).metadata["field"], "choices");
  assert.equal(await sessions(), 0);
});

test("over the WebSocket it is the error of its stream", async () => {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${world.url.replace("http", "ws")}/v1/stream`, ["sluice.v1.json"], {
    headers,
  });
  socket.on("open", () => socket.send(JSON.stringify({ stream: "a", complete: SLUICE })));
  const frame = await new Promise<{ stream: string; error: { code: string; field: string } }>((resolve) =>
    socket.once("message", (data) => resolve(JSON.parse(String(data)))),
  );
  socket.terminate();
  assert.deepEqual([frame.stream, frame.error.code, frame.error.field], ["a", "invalid_request", "choices"]);
  assert.equal(await sessions(), 0);
});
