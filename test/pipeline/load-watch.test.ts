import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LoadWatch, type Strain } from "../../src/pipeline/load-watch.js";
import { ManualClock } from "../identity/manual-clock.js";

const SAMPLE_MS = 50;

function watching({ loopDelayMs = 100, heapPercent = 85 } = {}) {
  const clock = new ManualClock();
  const changes: (Strain | null)[] = [];
  const state = { heap: 0.2, isBusy: true };
  const watch = new LoadWatch({
    clock,
    limits: { loopDelayMs, heapPercent },
    heapUse: () => state.heap,
    isBusy: () => state.isBusy,
    onChange: (strain) => changes.push(strain),
  });
  /** Time passes, and every timer comes so much too late. */
  const run = (ms: number, lateMs: number): void => {
    for (let passed = 0; passed < ms; passed += SAMPLE_MS + lateMs) clock.advance(SAMPLE_MS + lateMs);
  };
  watch.wake();
  return { clock, watch, changes, state, run };
}

describe("the watch over the load", () => {
  it("finds the strain of a loop that stays late, within two seconds", () => {
    const { watch, changes, run } = watching();
    run(5_000, 20);
    assert.equal(watch.strain, null);
    run(2_000, 120);
    assert.equal(watch.strain, "loop");
    assert.deepEqual(changes, ["loop"]);
  });

  it("finds it too where a turn takes longer than a fifth of the window", () => {
    const { watch, run } = watching();
    run(2_500, 190);
    assert.equal(watch.strain, "loop");
  });

  it("takes one long pause for what it is", () => {
    const { watch, changes, run } = watching();
    for (let round = 0; round < 5; round++) {
      run(2_000, 1);
      run(1, 3_000);
    }
    run(2_000, 1);
    assert.equal(watch.strain, null);
    assert.deepEqual(changes, []);
  });

  it("stays strained until the delay is half of the limit, and does not flap between", () => {
    const { watch, changes, run } = watching();
    run(3_000, 120);
    for (let round = 0; round < 20; round++) {
      run(400, 95);
      run(400, 60);
      run(400, 105);
    }
    assert.deepEqual(changes, ["loop"]);
    run(2_500, 40);
    assert.equal(watch.strain, null);
    assert.deepEqual(changes, ["loop", null]);
  });

  it("changes at most once a second, however the delay jumps", () => {
    const { changes, run, clock } = watching();
    const startedMs = clock.monotonicMs();
    for (let round = 0; round < 200; round++) {
      run(150, 130);
      run(600, 0);
    }
    assert.ok(changes.length <= (clock.monotonicMs() - startedMs) / 1000, `${changes.length} changes`);
  });

  it("finds a heap that is nearly full, and its end when a tenth of the limit is free again", () => {
    const { watch, state, run } = watching();
    state.heap = 0.86;
    run(1_200, 0);
    assert.equal(watch.strain, "heap");
    state.heap = 0.8;
    run(3_000, 0);
    assert.equal(watch.strain, "heap");
    state.heap = 0.7;
    run(1_200, 0);
    assert.equal(watch.strain, null);
  });

  it("is off where the limits are zero", () => {
    const { watch, state, run } = watching({ loopDelayMs: 0, heapPercent: 0 });
    state.heap = 1;
    run(5_000, 500);
    assert.equal(watch.strain, null);
  });

  it("stops looking when the work has ended, and looks afresh at the next", () => {
    const { clock, watch, state, run, changes } = watching();
    run(700, 200);
    state.isBusy = false;
    run(100, 0);
    clock.sleep(60_000);
    state.isBusy = true;
    watch.wake();
    run(700, 200);
    assert.deepEqual(changes, [], "an old sample counts no more");
    run(1_000, 200);
    assert.deepEqual(changes, ["loop"]);
  });

  it("looks on while it is strained, so that an idle process recovers", () => {
    const { watch, state, run } = watching();
    run(3_000, 200);
    state.isBusy = false;
    run(3_000, 0);
    assert.equal(watch.strain, null);
  });
});
