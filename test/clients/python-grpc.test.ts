/** Python's grpcio with nothing but the contract's descriptors, against the whole gateway. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { type GatewayWorld, openWorld } from "../frontends/gateway-world.js";
import { keepAlive } from "../support/keep-alive.js";
import { pythonWithGrpc } from "./python.js";

keepAlive();

const python = pythonWithGrpc();

interface Call {
  readonly call: string;
  readonly request?: object;
  readonly token?: string;
  /** Seconds. */
  readonly timeout?: number;
  /** Messages after which the call is cancelled. */
  readonly cancelAfter?: number;
}

interface Event {
  readonly seq: number;
  readonly opened?: { readonly sessionId: string };
  readonly reviewRequested?: { readonly approvalId: string };
  readonly chunk?: { readonly channel?: number; readonly text: string };
  readonly output?: { readonly items: readonly Item[] };
  readonly ended?: { readonly outcome: string };
}

interface Item {
  readonly channel?: { readonly channel?: number; readonly kind: string; readonly toolName?: string };
  readonly finish?: { readonly choice?: number; readonly reason: string };
  readonly usage?: { readonly completionTokens: number };
}

interface Result<Message> {
  readonly messages: readonly Message[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly code: string;
  readonly details: string;
  readonly status: {
    readonly code: number;
    readonly message: string;
    readonly details: readonly {
      readonly "@type": string;
      readonly reason?: string;
      readonly domain?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    }[];
  } | null;
}

interface Batch {
  readonly events: readonly Event[];
}

/** The Python process, asked line by line. */
class Python {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(interpreter: string, address: string) {
    const args = ["test/clients/grpc_client.py", address, "proto/descriptors.binpb"];
    this.#child = spawn(interpreter, args);
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask<Message>(call: Call): Promise<Result<Message>> {
    this.#child.stdin.write(`${JSON.stringify(call)}\n`);
    const { value, done } = await this.#lines.next();
    assert.ok(done !== true, "the Python client ended");
    return JSON.parse(value);
  }

  close(): void {
    this.#child.stdin.end();
  }
}

describe("Python grpcio", {
  skip: python === null ? "grpcio for Python is not installed here" : false,
  timeout: 300_000,
}, () => {
  let world: GatewayWorld;
  let client: Python;
  let ada: string;

  before(async () => {
    world = await openWorld();
    client = new Python(python ?? "", world.grpcAddress);
    ada = await world.token("ada", ["staff"]);
  });
  after(async () => {
    client?.close();
    await world?.close();
  });

  const complete = async (text: string, more: object = {}, call: Partial<Call> = {}) => {
    const messages = [{ role: "user", parts: [{ text }] }];
    const request = { model: "demo", messages, ...more };
    const result = await client.ask<Batch>({
      ...{ call: "sluice.v1.Completions/Complete", request, token: ada },
      ...call,
    });
    return { ...result, events: result.messages.flatMap(({ events }) => events) };
  };
  const textOf = (events: readonly Event[], channel = 0): string =>
    events.map(({ chunk }) => ((chunk?.channel ?? 0) === channel ? (chunk?.text ?? "") : "")).join("");
  const itemsOf = (events: readonly Event[]): readonly Item[] =>
    events.flatMap(({ output }) => output?.items ?? []);

  function infoOf({ status }: Result<unknown>) {
    const info = status?.details.find((each) => each["@type"] === "type.googleapis.com/google.rpc.ErrorInfo");
    assert.ok(info !== undefined, "no ErrorInfo came");
    assert.equal(info.domain, "sluice.dev");
    return info;
  }

  test("streams a masked answer with its session in the metadata", async () => {
    const { events, code, metadata } = await complete("Draft the reply to the customer");
    assert.equal(code, "OK");
    assert.match(textOf(events), /<EMAIL_ADDRESS> .* <CREDIT_CARD>/);
    assert.doesNotMatch(JSON.stringify(events), /exam|4111/);
    assert.equal(events[0]?.opened?.sessionId, metadata["x-sluice-session"]);
    assert.equal(events.at(-1)?.ended?.outcome, "complete");
    assert.ok(itemsOf(events).some(({ usage }) => (usage?.completionTokens ?? 0) > 0));
  });

  test("gets reasoning, tool calls and several choices on channels of their own", async () => {
    const thought = itemsOf((await complete("please think")).events).map(({ channel }) => channel?.kind);
    assert.deepEqual(
      thought.filter((kind) => kind !== undefined),
      ["CHANNEL_KIND_REASONING", "CHANNEL_KIND_TEXT"],
    );
    const tools = [
      { name: "notify", parametersJson: '{"type":"object","properties":{"email":{"type":"string"}}}' },
    ];
    const called = await complete("tell them", { tools });
    const channel = itemsOf(called.events).find((item) => item.channel !== undefined)?.channel;
    assert.equal(channel?.kind, "CHANNEL_KIND_TOOL_ARGUMENTS");
    assert.equal(channel?.toolName, "notify");
    assert.deepEqual(JSON.parse(textOf(called.events)), { email: "<EMAIL_ADDRESS>" });
    const { events } = await complete("repeat: twice", { choices: 2 });
    assert.deepEqual([textOf(events, 0), textOf(events, 1)], ["twice", "twice"]);
    assert.equal(itemsOf(events).filter(({ finish }) => finish !== undefined).length, 2);
  });

  test("sees a denial as PERMISSION_DENIED with its policy and rule, once", async () => {
    const denied = await complete("project alder");
    assert.equal(denied.code, "PERMISSION_DENIED");
    assert.equal(denied.details, "Codenames must not leave.");
    assert.equal(denied.status?.code, 7);
    assert.equal(denied.status?.message, denied.details);
    const { reason, metadata } = infoOf(denied);
    assert.equal(reason, "POLICY_DENIED");
    assert.equal(metadata?.["policy"], "staff");
    assert.equal(metadata?.["rule"], "no-codenames");
    assert.equal(denied.events.filter(({ opened }) => opened !== undefined).length, 1);
  });

  test("is told of a missing token, a wrong field and an unknown model", async () => {
    const { token: _token, ...bare } = { token: ada };
    const nobody = await client.ask<Batch>({ ...bare, call: "sluice.v1.Completions/Complete", request: {} });
    assert.equal(nobody.code, "UNAUTHENTICATED");
    assert.equal(infoOf(nobody).reason, "UNAUTHENTICATED");
    const empty = await complete("x", { messages: [] });
    assert.equal(empty.code, "INVALID_ARGUMENT");
    assert.match(infoOf(empty).metadata?.["field"] ?? "", /messages/);
    const unknown = await complete("x", { model: "nobody-serves-it" });
    assert.equal(unknown.code, "NOT_FOUND");
    assert.equal(infoOf(unknown).reason, "MODEL_NOT_FOUND");
  });

  test("attaches after any number, and reads exactly what it missed", async () => {
    const { events } = await complete("Draft the reply to the customer");
    const sessionId = events[0]?.opened?.sessionId;
    for (const afterSeq of [0, events[4]?.seq ?? 0, events.at(-2)?.seq ?? 0]) {
      const rest = await client.ask<Batch>({
        call: "sluice.v1.Completions/Attach",
        request: { sessionId, afterSeq },
        token: ada,
      });
      assert.equal(rest.code, "OK");
      assert.deepEqual(
        rest.messages.flatMap((batch) => batch.events),
        events.filter(({ seq }) => seq > afterSeq),
      );
    }
  });

  test("goes on with a resumable call that it let go of, and ends it by Cancel", async () => {
    const first = await complete("please count", { model: "slow", resumable: true }, { cancelAfter: 6 });
    assert.equal(first.code, "CANCELLED");
    const sessionId = first.metadata["x-sluice-session"];
    const cancelled = await client.ask<{ wasRunning?: boolean }>({
      call: "sluice.v1.Completions/Cancel",
      request: { sessionId },
      token: ada,
    });
    assert.deepEqual(cancelled.messages, [{ wasRunning: true }]);
    const rest = await client.ask<Batch>({
      call: "sluice.v1.Completions/Attach",
      request: { sessionId, afterSeq: first.events.at(-1)?.seq },
      token: ada,
    });
    assert.equal(rest.code, "CANCELLED");
    const events = [...first.events, ...rest.messages.flatMap((batch) => batch.events)];
    const counted = textOf(events).trim().split(" ");
    assert.deepEqual(
      counted.slice(0, -1),
      counted.slice(0, -1).map((_, index) => `${index + 1}`),
    );
    assert.equal(events.at(-1)?.ended?.outcome, "cancelled");
  });

  test("a call that it drops or whose deadline passes ends the session as such", async () => {
    const dropped = await complete("please count", { model: "slow" }, { cancelAfter: 4 });
    assert.equal(dropped.code, "CANCELLED");
    const late = await complete("please count", { model: "slow" }, { timeout: 2 });
    assert.equal(late.code, "DEADLINE_EXCEEDED");
    for (const [session, outcome] of [
      [dropped, "cancelled"],
      [late, "deadline_exceeded"],
    ] as const) {
      const sessionId = session.metadata["x-sluice-session"];
      const rest = await client.ask<Batch>({
        call: "sluice.v1.Completions/Attach",
        request: { sessionId },
        token: ada,
      });
      assert.equal(rest.messages.flatMap((batch) => batch.events).at(-1)?.ended?.outcome, outcome);
    }
    assert.equal(world.running.gateway.liveSessions, 0);
  });

  test("calls the other services, each in protobuf's own JSON form", async () => {
    const { metadata } = await complete("repeat: once more");
    const sessionId = metadata["x-sluice-session"];
    const own = async (call: string, request: object = {}): Promise<object> => {
      const result = await client.ask<object>({ call: `sluice.v1.${call}`, request, token: ada });
      assert.equal(result.code, "OK", `${call}: ${result.details}`);
      return result.messages;
    };
    assert.match(JSON.stringify(await own("Sessions/Get", { sessionId })), /"outcome": ?"complete"/);
    assert.match(JSON.stringify(await own("Sessions/List", { limit: 2 })), new RegExp(`${sessionId}`));
    assert.match(JSON.stringify(await own("Sessions/Read", { sessionId, limit: 500 })), /once/);
    assert.match(JSON.stringify(await own("Sessions/Replay", { sessionId, maxSpeed: true })), /once/);
    const asked = { model: "demo", messages: [{ role: "user", parts: [{ text: "project alder" }] }] };
    const trace = await own("Policies/Explain", { model: "demo", request: asked });
    assert.match(JSON.stringify(trace), /no-codenames/);
    const health = await client.ask<object>({ call: "grpc.health.v1.Health/Check" });
    assert.deepEqual(health.messages, [{ status: "SERVING" }]);
  });

  test("a reviewer decides what waits, and the caller's stream goes on", async () => {
    const reviewer = new Python(python ?? "", world.grpcAddress);
    try {
      const rita = await world.token("rita", ["compliance"]);
      const waiting = complete("What was Q3 revenue? (asked from Python)");
      const watched = await reviewer.ask<{
        approval: { approvalId: string; version: number; digest: string };
      }>({
        call: "sluice.v1.Approvals/Watch",
        token: rita,
        cancelAfter: 1,
      });
      const { approvalId, version, digest } = watched.messages[0]?.approval ?? {};
      const decided = await reviewer.ask<object>({
        call: "sluice.v1.Approvals/Decide",
        request: { approvalId, version, digest, verdict: "approve", reason: "known figures" },
        token: rita,
      });
      assert.equal(decided.code, "OK");
      const { code, events } = await waiting;
      assert.equal(code, "OK");
      assert.ok(events.some(({ reviewRequested }) => reviewRequested?.approvalId === approvalId));
      assert.match(textOf(events), /48\.2 million/);
    } finally {
      reviewer.close();
    }
  });
});
