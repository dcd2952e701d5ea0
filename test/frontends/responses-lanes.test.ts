import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SluiceError } from "../../src/domain/errors.js";
import { Lanes } from "../../src/frontends/responses-socket/lanes.js";
import fc from "../support/seeded-check.js";

describe("lanes", () => {
  test("order inside a lane and the number in flight hold for every sequence", () => {
    const step = fc.oneof(
      fc.record({ add: fc.constantFrom(null, "a", "b", "c", "d", "e") }),
      fc.record({ end: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const running: { lane: string | null; number: number }[] = [];
        const last = new Map<string | null, number>();
        const lanes = new Lanes<{ lane: string | null; number: number }>(
          { inFlight: 3, lanes: 4, waiting: 5 },
          (job) => {
            assert.ok(job.number > (last.get(job.lane) ?? -1));
            assert.ok(!running.some(({ lane }) => lane === job.lane));
            last.set(job.lane, job.number);
            running.push(job);
            assert.ok(running.length <= 3);
          },
        );
        steps.forEach((each, number) => {
          if ("end" in each) {
            const [over] = running.splice(each.end % Math.max(1, running.length), 1);
            if (over !== undefined) lanes.over(over.lane);
            return;
          }
          try {
            lanes.add(each.add, { lane: each.add, number });
          } catch (thrown) {
            assert.ok(thrown instanceof SluiceError);
            assert.equal(thrown.details.dialectCode, "websocket_stream_limit_reached");
          }
        });
        while (running.length > 0) lanes.over(running.shift()?.lane ?? null);
        assert.equal(lanes.running, 0);
      }),
      { numRuns: 300 },
    );
  });
});
