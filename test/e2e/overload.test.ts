/** A gateway with more to do than it can: who comes is refused, who is in goes on. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import WebSocket from "ws";
import type { Reading, Way } from "../contracts/way.js";
import { GrpcClient, grpcWay, isServiceError, requestOf } from "../frontends/ways/grpc-way.js";
import { CHAT, httpWay, MESSAGES, RESPONSES } from "../frontends/ways/http-way.js";
import { webSocketWay } from "../frontends/ways/websocket-way.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { plainAnswer, streamedAnswer } from "../support/streams.js";

const LIMITS = "limits: { loopDelay: 60ms }\n";

/** A model that says a word every few milliseconds, in every chat, until it is told to finish. */
class TalkingModel {
  #answers = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;
  words = 0;

  constructor(world: GatewayWorld) {
    world.model.tell(({ path, body }, response) => {
      const asked: { readonly stream?: boolean } = JSON.parse(body);
      const headers = { "content-type": "application/json" };
      if (asked.stream !== true) return { body: plainAnswer(path, "word"), headers };
      if (path.endsWith("/responses")) return { body: streamedAnswer(path, ["word"]) };
      response.writeHead(200, { "content-type": "text/event-stream" });
      this.#answers.add(response);
      response.on("close", () => this.#answers.delete(response));
      return null;
    });
    this.#timer = setInterval(() => {
      this.words += 1;
      for (const response of this.#answers) response.write(event({ content: `word${this.words} ` }));
    }, 20);
  }

  finish(): void {
    for (const response of this.#answers) response.end(`${event({}, "stop")}data: [DONE]\n\n`);
    this.#answers = new Set();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function event(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  const base = { id: "chatcmpl-told", object: "chat.completion.chunk", created: 1, model: "gpt-told" };
  return `data: ${JSON.stringify({ ...base, choices })}\n\n`;
}

/** Holds the event loop for most of the time, as too much work does, until the returned function is called. */
function burden(): () => void {
  let isOver = false;
  const hold = (): void => {
    if (isOver) return;
    for (const until = performance.now() + 140; performance.now() < until; );
    setTimeout(hold, 1);
  };
  hold();
  return () => {
    isOver = true;
  };
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadlineMs, `never: ${what}`);
    await pause(20);
  }
}

/** Reads on until a text has come; the reader is let go, so that the body may be cancelled. */
async function readUntil(response: Response, wanted: string, what: string): Promise<void> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes(wanted)) {
    const read = await reader?.read();
    assert.ok(read?.done === false, `${what} ended without ${wanted}: ${text.slice(-300)}`);
    text += decoder.decode(read.value, { stream: true });
  }
  reader?.releaseLock();
}

function ways(world: GatewayWorld, client: GrpcClient): readonly Way[] {
  return [
    httpWay(world.url, { ...CHAT, name: "chat, streamed", stream: true }),
    httpWay(world.url, { ...CHAT, name: "chat, plain", stream: false }),
    httpWay(world.url, { ...MESSAGES, name: "messages, streamed", stream: true }),
    httpWay(world.url, { ...RESPONSES, name: "responses, streamed", stream: true }),
    grpcWay(client),
    webSocketWay(world.url),
  ];
}

interface Approval {
  readonly approvalId: string;
  readonly version: number;
  readonly digest: string;
}

const goesOn = ({ name }: Way): boolean => !/plain|responses/.test(name);

/** What the gateway said last about its load. */
function isStrained({ logged }: GatewayWorld): boolean {
  const last = logged.findLast((line) => /the event loop is late|the load has fallen/.test(line));
  return last?.includes("is late") ?? false;
}

describe("an overloaded gateway", () => {
  let world: GatewayWorld;
  let model: TalkingModel;
  let client: GrpcClient;
  let token = "";
  let rita = "";
  let all: readonly Way[] = [];
  let relieve = (): void => {};
  const opened = new Map<Way, Reading>();
  let parked: Promise<Response>;
  let keyed: Response;

  const chat = (prompt: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${world.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({
        model: "gpt-told",
        stream: true,
        messages: [{ role: "user", content: prompt }],
      }),
    });

  const pending = async (): Promise<readonly Approval[]> => {
    const { items = [] } = await client.unary<{ items?: Approval[] }>("Approvals/List", {}, { token: rita });
    return items;
  };

  /** A session that has said something. A busy machine may strain the gateway when nobody asked it to. */
  const begun = async (way: Way): Promise<Reading> => {
    for (;;) {
      await until(() => !isStrained(world), "rest");
      const reading = await way.begin({ token, prompt: "hi", model: "gpt-told" });
      const ended = await Promise.race([reading.firstText.then(() => null), reading.seen]);
      if (ended?.outcome !== "overloaded") return reading;
    }
  };

  const admitted = async (ask: () => Promise<Response>): Promise<Response> => {
    for (;;) {
      await until(() => !isStrained(world), "rest");
      const response = await ask();
      if (response.status !== 429) return response;
      await response.body?.cancel();
    }
  };

  before(async () => {
    world = await openGateway(LIMITS);
    client = new GrpcClient(world.grpcAddress, { deadlineMs: 300_000 });
    model = new TalkingModel(world);
    token = await world.token("jane");
    all = ways(world, client);
    for (const way of all.filter(goesOn)) {
      opened.set(way, await begun(way));
    }
    rita = await world.token("rita", { groups: ["compliance"] });
    keyed = await admitted(() => chat("hi", { "idempotency-key": "once", "x-sluice-resumable": "true" }));
    parked = admitted(() => chat("tell me the q3 revenue"));
    await until(async () => (await pending()).length > 0, "a review");
    await until(() => !isStrained(world), "rest");
    relieve = burden();
    await until(() => isStrained(world), "strain");
  });
  after(async () => {
    relieve();
    model.close();
    client.close();
    await world.close();
  });

  it("refuses new work through every way, and asks no model", async () => {
    const asked = world.model.requests.length;
    await Promise.all(
      all.map(async (way) => {
        const seen = await way.ask({ token, prompt: "hi", model: "gpt-told" });
        assert.equal(seen.outcome, "overloaded", way.name);
        assert.match(seen.message, /Try again in a moment/, way.name);
      }),
    );
    assert.equal(world.model.requests.length, asked);
  });

  it("answers 429 and tells when to come back, to each caller another time", async () => {
    const waits = new Set<string>();
    for (const response of await Promise.all(Array.from({ length: 5 }, () => chat("hi")))) {
      assert.equal(response.status, 429);
      assert.ok(["1", "2", "3"].includes(response.headers.get("retry-after") ?? ""));
      const ms = Number(response.headers.get("retry-after-ms"));
      assert.ok(ms >= 1_000 && ms <= 3_000, `${ms}`);
      assert.notEqual(response.headers.get("x-should-retry"), "false");
      waits.add(response.headers.get("retry-after-ms") ?? "");
      await response.body?.cancel();
    }
    assert.ok(waits.size > 1);
  });

  it("answers RESOURCE_EXHAUSTED with RetryInfo over gRPC", async () => {
    const stream = client.stream(
      "Completions/Complete",
      requestOf({ token, prompt: "hi", model: "gpt-told" }),
      {
        token,
      },
    );
    const failed = await new Promise((resolve) => stream.on("data", () => {}).on("error", resolve));
    assert.ok(isServiceError(failed));
    assert.equal(failed.code, status.RESOURCE_EXHAUSTED);
    const details = String(failed.metadata.get("grpc-status-details-bin")[0]);
    assert.match(details, /google\.rpc\.RetryInfo/);
  });

  it("says it in the stream's own frame on a WebSocket, which stays open", async () => {
    const socket = new WebSocket(`${world.url.replace("http", "ws")}/v1/stream`, ["sluice.v1.json"], {
      headers: { authorization: `Bearer ${token}` },
    });
    await new Promise((resolve) => socket.once("open", resolve));
    for (const stream of ["a", "b"]) {
      const frame = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
      socket.send(
        JSON.stringify({ stream, complete: requestOf({ token, prompt: "hi", model: "gpt-told" }) }),
      );
      const { error, ...rest } = JSON.parse(await frame);
      assert.deepEqual([rest.stream, error.code], [stream, "overloaded"]);
      assert.ok(error.retryAfterMs >= 1_000 && error.retryAfterMs <= 3_000);
    }
    assert.equal(socket.readyState, WebSocket.OPEN);
    socket.close();
  });

  it("goes on with what is open: every stream gets words that were said meanwhile", async () => {
    const word = model.words + 10;
    await until(() => model.words > word, "more words");
    const follow = async ([way, { session }]: readonly [Way, Reading]): Promise<void> => {
      const attached = await fetch(`${world.url}/v1/sessions/${session}/stream?after=0`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await readUntil(attached, `word${word} `, way.name);
      await attached.body?.cancel();
    };
    await Promise.all([...opened].map(follow));
  });

  it("never refuses health, lists, a repeat with its key, a review, an attach or a cancel", async () => {
    const headers = { authorization: `Bearer ${token}` };
    const paths = ["/livez", "/readyz", "/v1/models"];
    const answers = await Promise.all(paths.map((path) => fetch(`${world.url}${path}`, { headers })));
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200, 200],
    );
    const again = await chat("hi", { "idempotency-key": "once", "x-sluice-resumable": "true" });
    assert.equal(again.status, 200);
    assert.equal(again.headers.get("x-sluice-session"), keyed.headers.get("x-sluice-session"));
    await again.body?.cancel();

    const [approval] = await pending();
    assert.ok(approval);
    await client.unary(
      "Approvals/Decide",
      { ...approval, verdict: "approve", reason: "fine" },
      { token: rita },
    );
    const reviewed = await parked;
    await readUntil(reviewed, "word", "the reviewed stream");

    const session = keyed.headers.get("x-sluice-session") ?? "";
    const { wasRunning } = await client.unary<{ wasRunning: boolean }>(
      "Completions/Cancel",
      { sessionId: session },
      { token },
    );
    assert.equal(wasRunning, true);
    await keyed.body?.cancel();
    await reviewed.body?.cancel();
  });

  it("ends what is open like any other, and takes new work when the load has fallen", async () => {
    model.finish();
    for (const [way, { seen }] of opened) assert.equal((await seen).outcome, "complete", way.name);
    relieve();
    for (const way of all) {
      const { seen } = await begun(way);
      model.finish();
      assert.equal((await seen).outcome, "complete", way.name);
    }
  });
});
