/**
 * Live authority (P13) as a table: every front end over every kind of model, a client that goes away, an
 * operator's stop, a deadline. The model's socket is closed at once where the call is not resumable, although the
 * grace is an hour; after the grace where it is.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { GrpcClient } from "../frontends/ways/grpc-way.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { streamedAnswer } from "../support/streams.js";

keepAlive();

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic, gemini, ollama]
    models: ["*"]
`;

/** What each kind of model says before it says nothing more. */
const MODELS = {
  openai: "gpt-told",
  anthropic: "claude-told",
  gemini: "gemini-told",
  ollama: "llama-told",
} as const;
type ModelName = keyof typeof MODELS;

function begunAnswer(path: string): string {
  if (path.includes("generateContent") || path.includes("GenerateContent")) {
    const content = { role: "model", parts: [{ text: "Hello" }] };
    return `data: ${JSON.stringify({ candidates: [{ index: 0, content }] })}\n\n`;
  }
  if (path.endsWith("/api/chat")) {
    return `${JSON.stringify({ model: "m", message: { role: "assistant", content: "Hello" }, done: false })}\n`;
  }
  const whole = streamedAnswer(path, ["Hello", " there"]);
  return whole.slice(0, whole.indexOf(" there"));
}

interface World {
  readonly place: GatewayFolder;
  readonly running: Running;
  readonly http: string;
  readonly grpc: GrpcClient;
  close(): Promise<void>;
}

async function openWorld(grace: string): Promise<World> {
  const place = await openFolder("", POLICIES);
  const base = place.model.url.replace("/v1", "");
  const more = `  - { name: gemini, dialect: gemini, url: "${base}/v1beta", credential: { file: ./model-key }, models: ["gemini-*"] }
  - { name: ollama, dialect: ollama, url: "${base}", models: ["llama-*"] }
recording:`;
  const written = (await readFile(place.file, "utf8"))
    .replace("recording:", more)
    .replace("{ drain: 0s }", `{ drain: 0s, grace: ${grace} }`);
  await writeFile(place.file, written);
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const running = await compose(loadConfig(place.file, {}), quiet);
  const grpc = new GrpcClient(`127.0.0.1:${running.grpc.port}`);
  return {
    place,
    running,
    http: `http://127.0.0.1:${running.http.port}`,
    grpc,
    close: async () => {
      grpc.close();
      await running.close();
      await place.close();
    },
  };
}

/** The model's side of one call. */
interface Asked {
  isOpen(): boolean;
  /** Resolves with the moment at which the gateway has let go of the socket. */
  readonly closed: Promise<number>;
}

/** The next call that reaches the model; it is answered in part and then never more. */
function nextCall({ place }: World): Promise<Asked> {
  return new Promise((resolve) => {
    place.model.tell((request, response: ServerResponse) => {
      const closed = new Promise<number>((told) => {
        response.socket?.once("close", () => told(performance.now()));
      });
      if (/"stream":true|alt=sse/.test(request.body + request.path)) {
        const type = request.path === "/api/chat" ? "application/x-ndjson" : "text/event-stream";
        response.writeHead(200, { "content-type": type });
        response.write(begunAnswer(request.path.split("?")[0] ?? ""));
      }
      resolve({ closed, isOpen: () => response.socket?.destroyed === false });
      return null;
    });
  });
}

interface Client {
  /** Tears the connection, or ends it as its protocol does. */
  gone(): void;
}

interface FrontEnd {
  readonly name: string;
  /** Losing the connection is a cancel. */
  readonly goneCancels: boolean;
  open(world: World, token: string, model: string): Client;
}

const messages = [{ role: "user", content: "Hi" }];

function http(path: string, body: object, headers: Record<string, string> = {}): FrontEnd["open"] {
  return (world, token, model) => {
    const abort = new AbortController();
    const sent = { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers };
    fetch(world.http + path, {
      method: "POST",
      headers: sent,
      body: JSON.stringify({ model, ...body }),
      signal: abort.signal,
    })
      .then((response) => response.text())
      .catch(() => {});
    return { gone: () => abort.abort() };
  };
}

function socket(path: string, frame: (model: string) => object, protocols: string[] = []): FrontEnd["open"] {
  return (world, token, model) => {
    const headers = { authorization: `Bearer ${token}` };
    const opened = new WebSocket(world.http.replace("http", "ws") + path, protocols, { headers });
    opened.on("error", () => {});
    opened.on("open", () => opened.send(JSON.stringify(frame(model))));
    return { gone: () => opened.terminate() };
  };
}

function grpc(more: object, deadlineMs = 60_000): FrontEnd["open"] {
  return (world, token, model) => {
    const request = { model, messages: [{ role: "user", parts: [{ text: "Hi" }] }], ...more };
    const call = world.grpc.stream("Completions/Complete", request, { token, deadlineMs });
    call.on("error", () => {});
    call.on("data", () => {});
    return { gone: () => call.cancel() };
  };
}

const RESUMABLE = { "x-sluice-resumable": "true" };
const own = (model: string) => ({
  stream: "a",
  complete: { model, messages: [{ role: "user", parts: [{ text: "Hi" }] }] },
});
const create = (model: string) => ({ type: "response.create", model, input: "Hi" });

const FRONT_ENDS: readonly FrontEnd[] = [
  { name: "chat", goneCancels: true, open: http("/v1/chat/completions", { messages, stream: true }) },
  { name: "chat, not streamed", goneCancels: true, open: http("/v1/chat/completions", { messages }) },
  { name: "completions", goneCancels: true, open: http("/v1/completions", { prompt: "Hi", stream: true }) },
  { name: "Responses", goneCancels: true, open: http("/v1/responses", { input: "Hi", stream: true }) },
  {
    name: "messages",
    goneCancels: true,
    open: http("/v1/messages", { messages, max_tokens: 9, stream: true }),
  },
  { name: "Responses socket", goneCancels: true, open: socket("/v1/responses", create) },
  { name: "gRPC", goneCancels: true, open: grpc({}) },
  { name: "/v1/stream", goneCancels: false, open: socket("/v1/stream", own, ["sluice.v1.json"]) },
  {
    name: "chat, resumable",
    goneCancels: false,
    open: http("/v1/chat/completions", { messages, stream: true }, RESUMABLE),
  },
  {
    name: "messages, resumable",
    goneCancels: false,
    open: http("/v1/messages", { messages, max_tokens: 9, stream: true }, RESUMABLE),
  },
  { name: "gRPC, resumable", goneCancels: false, open: grpc({ resumable: true }) },
];

/** How late everything is on this machine just now: nothing can be promised below that. */
const delay = monitorEventLoopDelay({ resolution: 5 });
const latenessMs = (): number => 5 * (delay.max / 1e6);

function assertAtOnce(fromMs: number, closedMs: number): void {
  const tookMs = closedMs - fromMs;
  assert.ok(tookMs < 1000 + latenessMs(), `closed after ${Math.round(tookMs)} ms`);
}

async function sessionOf(world: World, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  for (;;) {
    const answer = await fetch(`${world.http}/v1/sessions?limit=1`, { headers });
    const { items } = (await answer.json()) as { items: readonly { sessionId: string }[] };
    if (items[0] !== undefined) return items[0].sessionId;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let caller = 0;

async function begin(world: World, frontEnd: FrontEnd, model: ModelName) {
  const token = await world.place.token(`caller-${++caller}`);
  const call = nextCall(world);
  delay.reset();
  const client = frontEnd.open(world, token, MODELS[model]);
  const { closed, isOpen } = await call;
  // Until the session is listed, and what the model said first has been taken.
  const session = await sessionOf(world, token);
  assert.ok(isOpen(), "the call broke by itself");
  return { token, client, closed, session };
}

before(() => void delay.enable());
after(() => void delay.disable());

describe("with a grace of an hour", { timeout: 120_000 }, () => {
  let world: World;
  let operator = "";
  before(async () => {
    world = await openWorld("1h");
    operator = await world.place.token("olga", { groups: ["platform"] });
  });
  after(() => world.close());

  for (const frontEnd of FRONT_ENDS) {
    for (const model of Object.keys(MODELS) as ModelName[]) {
      if (frontEnd.goneCancels) {
        test(`${frontEnd.name} on ${model}: a client that goes away closes the model's socket`, async () => {
          const { client, closed } = await begin(world, frontEnd, model);
          const from = performance.now();
          client.gone();
          assertAtOnce(from, await closed);
        });
      }

      test(`${frontEnd.name} on ${model}: an operator's stop closes the model's socket`, async () => {
        const { client, closed, session: sessionId } = await begin(world, frontEnd, model);
        const from = performance.now();
        await world.grpc.unary("Sessions/Stop", { sessionId, reason: "not now" }, { token: operator });
        assertAtOnce(from, await closed);
        client.gone();
      });
    }
  }

  test("gRPC: a deadline closes the model's socket, for every model", async () => {
    const deadlineMs = 3000;
    const deadline: FrontEnd = { name: "deadline", goneCancels: true, open: grpc({}, deadlineMs) };
    for (const model of Object.keys(MODELS) as ModelName[]) {
      const from = performance.now() + deadlineMs;
      const { closed } = await begin(world, deadline, model);
      assertAtOnce(from, await closed);
    }
  });

  test("a cancel of one's own closes the model's socket, grace or not", async () => {
    const frontEnd = FRONT_ENDS.find(({ name }) => name === "gRPC, resumable");
    assert.ok(frontEnd !== undefined);
    const { token, closed, session } = await begin(world, frontEnd, "openai");
    const from = performance.now();
    await world.grpc.unary("Completions/Cancel", { sessionId: session }, { token });
    assertAtOnce(from, await closed);
  });
});

describe("with a grace of 400 ms", { timeout: 120_000 }, () => {
  let world: World;
  before(async () => {
    world = await openWorld("400ms");
  });
  after(() => world.close());

  for (const frontEnd of FRONT_ENDS.filter(({ goneCancels }) => !goneCancels)) {
    for (const model of Object.keys(MODELS) as ModelName[]) {
      test(`${frontEnd.name} on ${model}: the model's socket is closed after the grace, not before`, async () => {
        const { client, closed } = await begin(world, frontEnd, model);
        const from = performance.now();
        client.gone();
        const closedMs = await closed;
        assert.ok(closedMs - from > 350, `closed after ${Math.round(closedMs - from)} ms`);
        assertAtOnce(from + 400, closedMs);
      });
    }
  }

  for (const frontEnd of FRONT_ENDS.filter(({ goneCancels }) => goneCancels)) {
    test(`${frontEnd.name}: has no grace that it did not ask for`, async () => {
      const { client, closed } = await begin(world, frontEnd, "openai");
      const from = performance.now();
      client.gone();
      assertAtOnce(from, await closed);
    });
  }
});
