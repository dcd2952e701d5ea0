import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Upstream, UpstreamCall } from "../../src/upstreams/index.js";
import { keepAlive } from "../support/keep-alive.js";
import { openCall, runCall } from "../support/upstream-call.js";

export interface UpstreamUnderTest {
  /** A connection that takes at most `maxConcurrent` (2) calls at once. */
  readonly upstream: Upstream;
  /** A call whose answer has 100 pieces of text or more and takes 300 ms or more. */
  readonly slow: () => UpstreamCall;
  /** A call whose answer comes as fast as it is read; the same text every time. */
  readonly fast: () => UpstreamCall;
  /** A call with a permit for another connection. */
  readonly foreign: () => UpstreamCall;
  close(): Promise<void>;
}

/** What every kind of model connection does alike. */
export function upstreamContract(kind: string, start: () => Promise<UpstreamUnderTest>): void {
  describe(`${kind} keeps the contract of an upstream`, () => {
    keepAlive();
    const held = (name: string, run: (test: UpstreamUnderTest) => Promise<void>) =>
      it(name, { timeout: 20_000 }, async () => {
        const test = await start();
        try {
          await run(test);
        } finally {
          await test.close();
        }
      });

    held("opens first, finishes last, and each once", async ({ upstream, fast }) => {
      const outcome = await runCall(upstream, fast());
      assert.equal(outcome.news[0], "opened");
      assert.equal(outcome.news.at(-1), "finished");
      assert.equal(outcome.news.filter((news) => news !== "events").length, 2);
      assert.ok(outcome.text.length > 100);
    });

    held("passes no ending among the events and no empty batch", async ({ upstream, fast }) => {
      let empty = 0;
      const call = openCall(upstream, fast(), (batch) => {
        if (batch.length === 0) empty++;
      });
      const { events } = await call.over;
      assert.equal(empty, 0);
      assert.ok(events.every((event) => event.type === "delta" || event.type === "output"));
    });

    held("tells nothing before open has returned", async ({ upstream, fast, foreign }) => {
      for (const make of [fast, foreign]) {
        const call = openCall(upstream, make());
        assert.deepEqual(call.soFar().news, []);
        await call.over;
      }
    });

    held("refuses a permit for another connection", async ({ upstream, foreign }) => {
      const outcome = await runCall(upstream, foreign());
      assert.deepEqual(outcome.news, ["failed"]);
      assert.equal(outcome.error?.code, "internal");
    });

    held("tells nothing after an abort and is closed within a second", async ({ upstream, slow }) => {
      const call = openCall(upstream, slow());
      await call.deltas(5);
      const before = performance.now();
      call.stream.abort();
      const told = call.soFar().news.length;
      await call.stream.closed;
      assert.ok(performance.now() - before < 1_000);
      await sleep(100);
      assert.equal(call.soFar().news.length, told);
      assert.equal(upstream.status().active, 0);
    });

    held("takes an abort at once, in an event, twice and after the end", async ({ upstream, slow, fast }) => {
      const early = openCall(upstream, slow());
      early.stream.abort();
      early.stream.abort();
      await early.stream.closed;
      assert.deepEqual(early.soFar().news, []);
      const within = openCall(upstream, slow(), (_batch, stream) => stream.abort());
      await within.stream.closed;
      assert.equal(within.soFar().batches, 1);
      const late = openCall(upstream, fast());
      await late.over;
      late.stream.abort();
      await late.stream.closed;
      assert.equal(upstream.status().active, 0);
    });

    held("tells nothing while paused and loses nothing", async ({ upstream, fast }) => {
      const expected = await runCall(upstream, fast());
      let isPaused = false;
      let broken = 0;
      const call = openCall(upstream, fast(), (_batch, stream) => {
        if (isPaused) broken++;
        isPaused = true;
        stream.pause();
        setTimeout(() => {
          isPaused = false;
          stream.resume();
        }, 2);
      });
      const outcome = await call.over;
      assert.equal(broken, 0);
      assert.equal(outcome.text, expected.text);
      assert.ok(outcome.batches > 1);
    });

    held("bears a pause before the first event and an abort while paused", async ({ upstream, slow }) => {
      const call = openCall(upstream, slow());
      call.stream.pause();
      await sleep(150);
      assert.equal(call.soFar().batches, 0);
      call.stream.resume();
      await call.deltas(1);
      call.stream.pause();
      call.stream.abort();
      await call.stream.closed;
    });

    held(
      "refuses what is beyond its limit of calls, and takes it later",
      async ({ upstream, slow, fast }) => {
        const running = [openCall(upstream, slow()), openCall(upstream, slow())];
        assert.equal(upstream.status().active, 2);
        const refused = await runCall(upstream, fast());
        assert.equal(refused.error?.code, "overloaded");
        assert.ok((refused.error?.details.retryAfterMs ?? 0) > 0);
        for (const call of running) call.stream.abort();
        await Promise.all(running.map((call) => call.stream.closed));
        assert.equal((await runCall(upstream, fast())).error, null);
      },
    );

    held("ends a call whose owner throws", async ({ upstream, slow }) => {
      const call = openCall(upstream, slow(), () => {
        throw new Error("no");
      });
      const outcome = await call.over;
      assert.equal(outcome.error?.code, "internal");
      await call.stream.closed;
      assert.equal(outcome.batches, 1);
    });

    held("keeps its status", async ({ upstream, fast, slow }) => {
      assert.deepEqual(upstream.status(), { lastSuccessAtMs: null, lastErrorCode: null, active: 0 });
      const call = openCall(upstream, fast());
      await call.over;
      await call.stream.closed;
      const { lastSuccessAtMs, active } = upstream.status();
      assert.ok(lastSuccessAtMs !== null && Math.abs(Date.now() - lastSuccessAtMs) < 60_000);
      assert.equal(active, 0);
      const aborted = openCall(upstream, slow());
      aborted.stream.abort();
      await aborted.stream.closed;
      assert.equal(upstream.status().lastErrorCode, null);
    });

    held("fails what runs when it is closed, and what comes later", async ({ upstream, slow }) => {
      const call = openCall(upstream, slow());
      await call.deltas(1);
      await upstream.close();
      assert.equal((await call.over).error?.code, "shutdown");
      assert.equal((await runCall(upstream, slow())).error?.code, "shutdown");
      assert.equal(upstream.status().active, 0);
    });
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
