/** What a gRPC client may take for granted on the wire, and what of a model's answer it is told. */
import { strict as assert } from "node:assert";
import { connect } from "node:http2";
import { createConnection } from "node:net";
import { after, before, describe, test } from "node:test";
import {
  credentials,
  InterceptingCall,
  type Interceptor,
  ListenerBuilder,
  Metadata,
  makeClientConstructor,
  RequesterBuilder,
  type ServiceError,
} from "@grpc/grpc-js";
import { systemClock } from "../../../src/domain/time.js";
import type { FrontEndDeps } from "../../../src/frontends/front-end.js";
import { createGrpcFrontEnd } from "../../../src/frontends/index.js";
import { type GatewayWorld, openGateway } from "../../support/gateway.js";
import { keepAlive } from "../../support/keep-alive.js";
import { chatStream } from "../../support/streams.js";
import { GrpcClient, serviceDefinition } from "../ways/grpc-way.js";

keepAlive();

interface Event {
  readonly opened?: { readonly sessionId: string };
  readonly chunk?: { readonly channel?: number; readonly text: string };
  readonly output?: {
    readonly items: readonly {
      readonly channel?: {
        readonly channel?: number;
        readonly kind: string;
        readonly choice?: number;
        readonly toolName?: string;
      };
      readonly finish?: { readonly choice?: number; readonly reason: string };
      readonly usage?: { readonly promptTokens: unknown; readonly completionTokens: unknown };
    }[];
  };
  readonly ended?: { readonly outcome: string };
}

const REQUEST = { model: "gpt-told", messages: [{ role: "user", parts: [{ text: "Hi" }] }] };

let world: GatewayWorld;
let token = "";
before(async () => {
  world = await openGateway();
  token = await world.token("jane");
});
after(() => world.close());

function toEnd(
  stream: ReturnType<GrpcClient["stream"]>,
): Promise<{ events: Event[]; error: ServiceError | null }> {
  const events: Event[] = [];
  stream.on("data", (batch: { events: Event[] }) => events.push(...batch.events));
  return new Promise((resolve) => {
    stream.on("error", (error: ServiceError) => resolve({ events, error }));
    stream.on("end", () => resolve({ events, error: null }));
  });
}

const sse = (...events: readonly (object | string)[]) =>
  events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");

test("several choices, thought, calls, usage and endings are told, each text on its own channel, masked", async () => {
  const chunk = (index: number, delta: object, finish: string | null = null) => ({
    id: "x",
    object: "chat.completion.chunk",
    created: 5,
    model: "gpt-told",
    choices: [{ index, delta, finish_reason: finish }],
  });
  const call = {
    index: 0,
    id: "c1",
    type: "function",
    function: { name: "look", arguments: '{"to":"jane.' },
  };
  const rest = { index: 0, function: { arguments: 'roe@example.com"}' } };
  world.model.tell(() => ({
    body: sse(
      chunk(0, { role: "assistant", reasoning_content: "Ask jane.roe@" }),
      chunk(1, { role: "assistant", content: "Second " }),
      chunk(0, { reasoning_content: "example.com now" }),
      chunk(0, { tool_calls: [call] }),
      chunk(1, { content: "choice" }),
      chunk(0, { tool_calls: [rest] }),
      chunk(0, {}, "tool_calls"),
      chunk(1, {}, "length"),
      { ...chunk(0, {}), choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } },
      "[DONE]",
    ),
    cuts: 3,
  }));
  const client = new GrpcClient(world.grpcAddress);
  const tools = [{ name: "look", parametersJson: '{"type":"object"}' }];
  const { events, error } = await toEnd(
    client.stream("Completions/Complete", { ...REQUEST, choices: 2, tools }, { token }),
  );
  client.close();
  assert.equal(error, null);
  const items = events.flatMap(({ output }) => output?.items ?? []);
  const texts = new Map<number, string>();
  for (const { chunk: said } of events) {
    if (said != null) texts.set(said.channel ?? 0, (texts.get(said.channel ?? 0) ?? "") + said.text);
  }
  const told = items.flatMap(({ channel }) =>
    channel == null ? [] : [[channel.kind, channel.choice ?? 0, texts.get(channel.channel ?? 0)]],
  );
  assert.deepEqual(told, [
    ["CHANNEL_KIND_REASONING", 0, "Ask <EMAIL_ADDRESS> now"],
    ["CHANNEL_KIND_TEXT", 1, "Second choice"],
    ["CHANNEL_KIND_TOOL_ARGUMENTS", 0, '{"to":"<EMAIL_ADDRESS>"}'],
  ]);
  const ends = items.flatMap(({ finish }) => (finish == null ? [] : [[finish.choice ?? 0, finish.reason]]));
  assert.deepEqual(ends, [
    [0, "tool_calls"],
    [1, "length"],
  ]);
  const usage = items.find((item) => item.usage != null)?.usage;
  assert.deepEqual([Number(usage?.promptTokens), Number(usage?.completionTokens)], [11, 7]);
});

test("a client's interceptors see the call as it is: metadata, every message, the status", async () => {
  world.model.tell(() => ({ body: chatStream(["Hello"]) }));
  const seen: string[] = [];
  const interceptor: Interceptor = (options, next) =>
    new InterceptingCall(
      next(options),
      new RequesterBuilder()
        .withStart((metadata, _listener, start) => {
          metadata.set("authorization", `Bearer ${token}`);
          const listener = new ListenerBuilder()
            .withOnReceiveMetadata((received, pass) => {
              seen.push(`session ${String(received.get("x-sluice-session")[0]).length}`);
              pass(received);
            })
            .withOnReceiveMessage((message, pass) => {
              seen.push("message");
              pass(message);
            })
            .withOnReceiveStatus((status, pass) => {
              seen.push(`status ${status.code}`);
              pass(status);
            })
            .build();
          start(metadata, listener);
        })
        .build(),
    );
  const made = new (makeClientConstructor(serviceDefinition("Completions"), "Completions"))(
    world.grpcAddress,
    credentials.createInsecure(),
    { interceptors: [interceptor] },
  );
  const stream = made["Complete"]?.(REQUEST, new Metadata());
  const { error } = await toEnd(stream);
  made.close();
  assert.equal(error, null);
  assert.equal(seen[0], "session 36");
  assert.equal(seen.at(-1), "status 0");
  assert.ok(seen.filter((what) => what === "message").length > 0);
});

test("a retry policy leaves a denial alone, and comes back where the gateway has no room", async () => {
  const retried = {
    methodConfig: [
      {
        name: [{ service: "sluice.v1.Completions" }],
        retryPolicy: {
          maxAttempts: 4,
          initialBackoff: "0.01s",
          maxBackoff: "0.02s",
          backoffMultiplier: 1,
          retryableStatusCodes: ["UNAVAILABLE"],
        },
      },
    ],
  };
  const made = new (makeClientConstructor(serviceDefinition("Completions"), "Completions"))(
    world.grpcAddress,
    credentials.createInsecure(),
    { "grpc.service_config": JSON.stringify(retried), "grpc.enable_retries": 1 },
  );
  const fresh = await world.token("retrying");
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${fresh}`);
  const denied = { ...REQUEST, messages: [{ role: "user", parts: [{ text: "project alder" }] }] };
  const { error } = await toEnd(made["Complete"]?.(denied, metadata));
  assert.equal(error?.code, 7);
  made.close();
  const headers = { authorization: `Bearer ${fresh}` };
  const listed = await (await fetch(`${world.url}/v1/sessions`, { headers })).json();
  assert.equal((listed as { items: unknown[] }).items.length, 1);
});

test("a request beyond the limit is RESOURCE_EXHAUSTED, and the connection goes on", async () => {
  world.model.tell(() => ({ body: chatStream(["Hello"]) }));
  const client = new GrpcClient(world.grpcAddress);
  const large = { ...REQUEST, messages: [{ role: "user", parts: [{ text: "x".repeat(5 << 20) }] }] };
  const refused = await toEnd(client.stream("Completions/Complete", large, { token }));
  assert.equal(refused.error?.code, 8);
  const next = await toEnd(client.stream("Completions/Complete", REQUEST, { token }));
  assert.equal(next.error, null);
  assert.equal(next.events.at(-1)?.ended?.outcome, "complete");
  client.close();
});

describe("keepalive", () => {
  const KEEPALIVE = { keepaliveMs: 100, keepaliveTimeoutMs: 200 };

  async function serving(work: (port: number) => Promise<void>): Promise<void> {
    const deps = { clock: systemClock, logger: { warn: () => {}, error: () => {} } };
    const frontEnd = createGrpcFrontEnd(deps as unknown as FrontEndDeps, { limits: KEEPALIVE });
    const { port } = await frontEnd.listen({ host: "127.0.0.1", port: 0 });
    try {
      await work(port);
    } finally {
      await frontEnd.close();
    }
  }

  test("a client that answers pings is asked again and again, and stays", () =>
    serving(async (port) => {
      const session = connect(`http://127.0.0.1:${port}`);
      session.on("error", () => {});
      await new Promise<void>((resolve) => {
        let pings = 0;
        session.on("ping", () => ++pings === 3 && resolve());
      });
      assert.equal(session.closed || session.destroyed, false);
      await new Promise<void>((resolve) => session.close(resolve));
    }));

  test("a client that answers none is cut", () =>
    serving(async (port) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.on("error", () => {});
      // The preface, empty settings, and the acknowledgement of the server's; then nothing more (RFC 9113).
      const settings = (flags: number) => Buffer.from([0, 0, 0, 4, flags, 0, 0, 0, 0]);
      socket.write(
        Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings(0), settings(1)]),
      );
      socket.resume();
      await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    }));
});
