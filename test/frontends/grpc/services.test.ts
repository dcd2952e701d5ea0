import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import type { ServiceError } from "@grpc/grpc-js";
import { parseSessionId } from "../../../src/domain/session-id.js";
import { keepAlive } from "../../support/keep-alive.js";
import { type GatewayWorld, openWorld } from "../gateway-world.js";
import { errorInfo, GrpcClient, grpcWay, isServiceError, requestOf } from "../ways/grpc-way.js";

keepAlive();

interface ApprovalView {
  readonly approvalId: string;
  readonly state: string;
  readonly version: number;
  readonly digest: string;
  readonly requester: { readonly subject: string };
}

describe("gRPC services", () => {
  let world: GatewayWorld;
  let client: GrpcClient;
  let ada: string;
  let rita: string;

  before(async () => {
    world = await openWorld();
    client = new GrpcClient(world.grpcAddress);
    ada = await world.token("ada", ["staff"]);
    rita = await world.token("rita", ["compliance"]);
  });
  after(async () => {
    client?.close();
    await world?.close();
  });

  function call<T = object>(path: string, request: object, token = ada): Promise<T> {
    return client.unary<T>(path, request, { token });
  }

  async function failure(path: string, request: object, token = ada): Promise<ServiceError> {
    try {
      await call(path, request, token);
    } catch (thrown) {
      if (isServiceError(thrown)) return thrown;
      throw thrown;
    }
    throw new Error(`${path} did not fail`);
  }

  test("a denial is PERMISSION_DENIED, with policy and rule in its ErrorInfo, after the events", async () => {
    const stream = client.stream("Completions/Complete", requestOf({ token: ada, prompt: "project alder" }), {
      token: ada,
    });
    const events: object[] = [];
    stream.on("data", (batch: { events: object[] }) => events.push(...batch.events));
    const error = await new Promise<ServiceError>((resolve) => stream.once("error", resolve));
    assert.equal(error.code, 7);
    const { reason, metadata } = errorInfo(error);
    assert.equal(reason, "POLICY_DENIED");
    assert.equal(metadata["policy"], "staff");
    assert.equal(metadata["rule"], "no-codenames");
    assert.match(metadata["policyVersion"] ?? "", /./);
    assert.equal(events.length, 3);
  });

  test("a deadline ends the session within a second, as such", async () => {
    const options = { token: ada, deadlineMs: 2_000 };
    const stream = client.stream(
      "Completions/Complete",
      requestOf({ token: ada, prompt: "please count", model: "slow" }),
      options,
    );
    stream.on("data", () => {});
    const session = await new Promise<string>((resolve) =>
      stream.once("metadata", (metadata) => resolve(String(metadata.get("x-sluice-session")[0]))),
    );
    const error = await new Promise<ServiceError>((resolve) => stream.once("error", resolve));
    assert.equal(error.code, 4);
    assert.equal(await outcomeOf(session), "deadline_exceeded");
  });

  test("a resumable call outlives its connection, and Cancel ends it", async () => {
    const request = { ...requestOf({ token: ada, prompt: "please count", model: "slow" }), resumable: true };
    const stream = client.stream("Completions/Complete", request, { token: ada });
    stream.on("error", () => {});
    const session = await new Promise<string>((resolve) =>
      stream.once("metadata", (metadata) => resolve(String(metadata.get("x-sluice-session")[0]))),
    );
    await new Promise((resolve) => stream.once("data", resolve));
    stream.cancel();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const attached = grpcWay(client).attach({ token: ada, session, afterSeq: 3 });
    const eve = await world.token("eve", ["staff"]);
    assert.equal((await failure("Completions/Cancel", { sessionId: session }, eve)).code, 5);
    assert.deepEqual(await call("Completions/Cancel", { sessionId: session }), { wasRunning: true });
    const seen = await attached;
    assert.equal(seen.outcome, "cancelled");
    assert.equal(seen.seqs[0], 4);
    assert.deepEqual(await call("Completions/Cancel", { sessionId: session }), { wasRunning: false });
  });

  test("a reader that stops holds the model back, and loses nothing", async () => {
    const stream = client.stream("Completions/Complete", requestOf({ token: ada, prompt: "please count" }), {
      token: ada,
    });
    const seqs: number[] = [];
    const first = new Promise((resolve) => stream.once("data", resolve));
    let text = "";
    stream.on("data", (batch: { events: { seq: number; chunk?: { text: string } }[] }) => {
      for (const { seq, chunk } of batch.events) {
        seqs.push(seq);
        text += chunk?.text ?? "";
      }
    });
    await first;
    stream.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    stream.resume();
    await new Promise((resolve, reject) => stream.once("end", resolve).once("error", reject));
    assert.ok(text.endsWith("1999 2000"));
    assert.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    );
  });

  test("a review is watched, read with its prompt, and decided once, by nobody who asked", async () => {
    const answer = grpcWay(client).ask({ token: ada, prompt: "What was Q3 revenue?" });
    const watch = client.stream("Approvals/Watch", {}, { token: rita });
    watch.on("error", () => {});
    const { approval } = await new Promise<{ approval: ApprovalView }>((resolve) =>
      watch.on("data", (message: { approval: ApprovalView }) => resolve(message)),
    );
    assert.equal(approval.state, "pending");
    assert.equal(approval.requester.subject, "ada");
    const id = { approvalId: approval.approvalId };
    const seen = await call<{
      prompt: { text: string; matches: object[] }[];
      mayDecide: boolean;
    }>("Approvals/Get", id, rita);
    assert.equal(seen.mayDecide, true);
    assert.equal(seen.prompt[0]?.text, "What was Q3 revenue?");
    assert.equal(seen.prompt[0]?.matches.length, 1);
    const own = await call<{ mayDecide?: boolean; whyNot: string }>("Approvals/Get", id);
    assert.equal(own.mayDecide ?? false, false);
    assert.equal(own.whyNot, "Nobody reviews their own request.");
    const vote = { ...id, verdict: "approve", reason: "public by now" };
    assert.equal((await failure("Approvals/Decide", vote)).code, 7);
    assert.equal((await failure("Approvals/Decide", { ...vote, reason: "" }, rita)).code, 3);
    assert.equal((await failure("Approvals/Decide", { ...vote, verdict: "perhaps" }, rita)).code, 3);
    assert.equal((await failure("Approvals/Decide", { ...vote, version: 99 }, rita)).code, 10);
    const decided = await call<{
      approval: ApprovalView;
    }>("Approvals/Decide", { ...vote, version: approval.version, digest: approval.digest }, rita);
    assert.equal(decided.approval.state, "approved");
    const whole = await answer;
    assert.equal(whole.outcome, "complete");
    assert.match(whole.text, /million/);
    watch.cancel();
    const list = await call<{ items: ApprovalView[] }>("Approvals/List", { limit: 1 }, rita);
    assert.equal(list.items[0]?.approvalId, approval.approvalId);
    const stranger = await world.token("eve", ["staff"]);
    assert.equal((await failure("Approvals/Get", id, stranger)).code, 5);
  });

  test("Read pages through a session, and Replay plays it with its timing", async () => {
    const { session, text } = await grpcWay(client).ask({
      token: ada,
      prompt: "repeat: a b c d e f",
      model: "slow",
    });
    const events: { seq: number; chunk?: { text: string } }[] = [];
    for (let afterSeq = 0, done = false; !done; ) {
      const page = await call<{
        events: { seq: number; chunk?: { text: string } }[];
        nextAfterSeq?: number;
      }>("Sessions/Read", { sessionId: session, afterSeq, limit: 3 });
      events.push(...page.events);
      afterSeq = page.nextAfterSeq ?? 0;
      done = afterSeq === 0;
    }
    assert.equal(events.map(({ chunk }) => chunk?.text ?? "").join(""), text);
    const fast = await timed(() => replay(session, { maxSpeed: true }));
    const paced = await timed(() => replay(session, { speed: 1 }));
    assert.deepEqual(fast.result, paced.result);
    assert.deepEqual(
      fast.result,
      events.map(({ seq }) => seq),
    );
    assert.ok(paced.ms > 60, `${paced.ms} ms`);
    assert.equal((await failure("Sessions/Read", { sessionId: session, limit: 5001 })).code, 3);
  });

  test("Sessions lists, describes and stops; a session that is not yours is not found", async () => {
    const reading = await grpcWay(client).begin({ token: ada, prompt: "please count", model: "slow" });
    await reading.firstText;
    const olga = await world.token("olga", ["platform"]);
    const eve = await world.token("eve", ["staff"]);
    const id = { sessionId: reading.session };
    const open = await call<{ items: { sessionId: string }[] }>("Sessions/List", { outcome: "open" });
    assert.ok(open.items.some(({ sessionId }) => sessionId === reading.session));
    for (const method of ["Get", "Read", "Stop"]) {
      assert.equal((await failure(`Sessions/${method}`, { ...id, reason: "x" }, eve)).code, 5, method);
    }
    assert.equal((await failure("Sessions/Stop", { ...id, reason: " " }, olga)).code, 3);
    assert.deepEqual(await call("Sessions/Stop", { ...id, reason: "too long" }, olga), { wasRunning: true });
    assert.equal((await reading.seen).outcome, "stopped");
    const described = await call<{
      session: { outcome: string };
      requestJson: string;
    }>("Sessions/Get", id);
    assert.equal(described.session.outcome, "stopped");
    assert.match(described.requestJson, /please count/);
    assert.equal((await failure("Sessions/Get", { sessionId: "no-id" })).code, 5);
    assert.equal((await failure("Sessions/Get", {})).code, 3);
  });

  test("a session is outlined without text, exported, verified, and deleted by an operator only", async () => {
    const { session } = await grpcWay(client).ask({ token: ada, prompt: "draft the reply to the customer" });
    const id = { sessionId: session };
    const outline = await call<{ events: { type: string; detail?: string }[]; density: number[] }>(
      "Sessions/Outline",
      id,
    );
    assert.equal(outline.events[0]?.type, "opened");
    assert.ok(outline.events.some(({ type, detail }) => type === "mask" && detail === "CREDIT_CARD"));
    assert.ok(outline.density.reduce((sum, count) => sum + count, 0) > 0);

    const lines = (await exported({ ...id })).trimEnd().split("\n");
    assert.match(lines[0] ?? "", /sluice\.session/);
    assert.match(lines.at(-1) ?? "", /sluice\.end/);
    assert.match(await exported({ ...id, format: "asciicast" }), /^\{"version":3/);
    await assert.rejects(exported({ ...id, format: "pdf" }), /ndjson or asciicast/);

    const one = await call<{ intact: boolean; records: number }>("Sessions/Verify", id);
    assert.equal(one.intact, true);
    assert.ok(one.records > 5);
    assert.equal((await failure("Sessions/Verify", {})).code, 7);
    const olga = await world.token("olga", ["platform"]);
    assert.equal((await call<{ intact: boolean }>("Sessions/Verify", {}, olga)).intact, true);

    const eve = await world.token("eve", ["staff"]);
    assert.equal((await failure("Sessions/Delete", id, eve)).code, 5);
    assert.equal((await failure("Sessions/Delete", id)).code, 7);
    await call("Sessions/Delete", id, olga);
    assert.equal((await failure("Sessions/Get", id)).code, 5);
  });

  function exported(request: object): Promise<string> {
    const stream = client.stream("Sessions/Export", request, { token: ada });
    let text = "";
    stream.on("data", (piece: { text: string }) => {
      text += piece.text;
    });
    return new Promise((resolve, reject) => stream.once("end", () => resolve(text)).once("error", reject));
  }

  test("Explain traces a request by the rules that decide, for others only to an operator", async () => {
    const request = requestOf({ token: null, prompt: "Summarise project alder" });
    const denied = await call<{
      effect: string;
      trace: { rule?: string; applied?: boolean }[];
    }>("Policies/Explain", { model: "demo", request });
    assert.equal(denied.effect, "deny");
    assert.ok(denied.trace.some(({ rule, applied }) => rule === "no-codenames" && applied === true));
    const as = { subject: "zoe", groups: ["visitors"] };
    assert.equal((await failure("Policies/Explain", { model: "demo", request, as })).code, 7);
    const olga = await world.token("olga", ["platform"]);
    const other = await call<{ effect: string }>("Policies/Explain", { model: "demo", as }, olga);
    assert.equal(other.effect, "deny");
    assert.equal((await failure("Policies/Explain", {})).code, 3);
  });

  function replay(session: string, how: object): Promise<readonly number[]> {
    const stream = client.stream("Sessions/Replay", { sessionId: session, ...how }, { token: ada });
    const seqs: number[] = [];
    stream.on("data", (batch: { events: { seq: number }[] }) =>
      seqs.push(...batch.events.map(({ seq }) => seq)),
    );
    return new Promise((resolve, reject) => stream.once("end", () => resolve(seqs)).once("error", reject));
  }

  async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
    const from = performance.now();
    const result = await work();
    return { result, ms: performance.now() - from };
  }

  async function outcomeOf(session: string): Promise<string> {
    const id = parseSessionId(session);
    assert.ok(id !== null);
    for (let waitedMs = 0; waitedMs < 1000; waitedMs += 20) {
      const summary = await world.running.log.summary(id);
      if (summary?.outcome != null) return summary.outcome;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return "still open";
  }
});
