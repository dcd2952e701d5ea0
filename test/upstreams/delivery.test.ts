import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpUpstream } from "../support/http-upstream.js";
import { chunk, startRawServer, streamHead } from "../support/raw-server.js";
import { startRecordedUpstream } from "../support/recorded-upstream.js";
import fc from "../support/seeded-check.js";
import { allowedCall, openCall, runCall } from "../support/upstream-call.js";

/** More events than one read of the socket may tell at once. */
const MANY = 5_000;
const BODY = `${"t:x\n".repeat(MANY)}done\n`;

describe("what one read brings", { timeout: 60_000 }, () => {
  it("is told in portions, with other work in between", async () => {
    const server = await startRecordedUpstream(() => ({ body: BODY }));
    const upstream = httpUpstream(server.url);
    let largest = 0;
    let turns = 0;
    const count = () => {
      turns++;
      ticking = setImmediate(count);
    };
    let ticking = setImmediate(count);
    let first = 0;
    const call = openCall(upstream, allowedCall(), (batch) => {
      largest = Math.max(largest, batch.length);
      first ||= turns;
    });
    const outcome = await call.over;
    clearImmediate(ticking);
    assert.equal(outcome.text.length, MANY);
    assert.ok(largest <= 256, `${largest}`);
    assert.ok(turns - first >= MANY / 256 / 2, `${turns - first}`);
    await upstream.close();
    await server.close();
  });

  it("waits with its ending for a reader that paused", async () => {
    const server = await startRecordedUpstream(() => ({ body: BODY }));
    const upstream = httpUpstream(server.url);
    let isPaused = false;
    const call = openCall(upstream, allowedCall(), (_batch, stream) => {
      if (isPaused) return;
      isPaused = true;
      stream.pause();
    });
    await call.stream.closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(call.soFar().news, ["opened", "events"]);
    call.stream.resume();
    const outcome = await call.over;
    assert.equal(outcome.text.length, MANY);
    assert.equal(outcome.error, null);
    await upstream.close();
    await server.close();
  });

  it("is dropped by an abort and by a shutdown", async () => {
    const server = await startRawServer((socket) => socket.write(streamHead() + chunk("t:x\n".repeat(MANY))));
    const upstream = httpUpstream(server.url);
    const aborted = openCall(upstream, allowedCall(), (_batch, stream) => stream.abort());
    await aborted.stream.closed;
    assert.equal(aborted.soFar().batches, 1);
    const paused = openCall(upstream, allowedCall(), (_batch, stream) => stream.pause());
    await paused.deltas(1);
    await upstream.close();
    const outcome = await paused.over;
    assert.equal(outcome.error?.code, "shutdown");
    assert.equal(outcome.batches, 1);
    await server.close();
  });

  it("is told before the fault that follows it", async () => {
    const server = await startRawServer((socket) =>
      socket.write(streamHead() + chunk("t:x\n".repeat(MANY)) + chunk("nonsense\n")),
    );
    const upstream = httpUpstream(server.url);
    const outcome = await runCall(upstream, allowedCall());
    assert.equal(outcome.text.length, MANY);
    assert.equal(outcome.error?.code, "upstream_broken");
    await upstream.close();
    await server.close();
  });

  it("is the same however it is cut and wherever its reader pauses", async () => {
    const lines = Array.from({ length: 300 }, (_, at) => `t:${at}.`.repeat(1 + (at % 7)));
    const expected = lines.map((line) => line.slice(2)).join("");
    let cuts = 0;
    const server = await startRecordedUpstream(() => ({ body: `${lines.join("\n")}\ndone\n`, cuts }));
    const upstream = httpUpstream(server.url);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.infiniteStream(fc.nat({ max: 6 })), async (seed, waits) => {
        cuts = seed;
        const call = openCall(upstream, allowedCall(), (_batch, stream) => {
          const wait: number = waits.next().value ?? 0;
          if (wait > 4) return;
          stream.pause();
          if (wait === 0) stream.resume();
          else if (wait === 1) queueMicrotask(() => stream.resume());
          else if (wait === 2) setImmediate(() => stream.resume());
          else setTimeout(() => stream.resume(), wait - 3);
        });
        const outcome = await call.over;
        assert.equal(outcome.error, null);
        assert.equal(outcome.text, expected);
      }),
      { numRuns: 30 },
    );
    await upstream.close();
    await server.close();
  });
});
