import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as settled } from "node:timers/promises";
import { SluiceError } from "../../src/domain/errors.js";
import { AdmissionGate } from "../../src/pipeline/admission-gate.js";
import type { Strain } from "../../src/pipeline/load-watch.js";
import { ManualClock } from "../identity/manual-clock.js";

function gateOf(limits: { sessions?: number; waiting?: number; waitMs?: number } = {}) {
  const clock = new ManualClock();
  const turns: (() => void)[] = [];
  const load: { strain: Strain | null; woken: number; wake(): void } = {
    strain: null,
    woken: 0,
    wake() {
      this.woken += 1;
    },
  };
  const state = { open: 0, random: 0, beginnings: 0 };
  const gate = new AdmissionGate({
    clock,
    load,
    limits: { sessions: 100, waiting: 10, waitMs: 2_000, ...limits },
    openSessions: () => state.open,
    beginnings: () => state.beginnings,
    random: () => state.random,
    nextTurn: (task) => turns.push(task),
  });
  const told: string[] = [];
  const enter = (name: string): void => {
    gate.enter().then(
      () => told.push(name),
      (thrown: SluiceError) => told.push(`${name} ${thrown.code}`),
    );
  };
  const turn = async (): Promise<void> => {
    for (const task of turns.splice(0)) task();
    await settled();
  };
  return { clock, gate, load, state, told, enter, turn };
}

describe("the gate for new sessions", () => {
  it("lets four begin in a turn of the loop, and the others in the next ones, in their order", async () => {
    const { told, enter, turn, load } = gateOf();
    for (let index = 0; index < 10; index++) enter(`${index}`);
    await settled();
    assert.deepEqual(told, ["0", "1", "2", "3"]);
    enter("late");
    await turn();
    assert.deepEqual(told.slice(4), ["4", "5", "6", "7"]);
    await turn();
    assert.deepEqual(told.slice(8), ["8", "9", "late"]);
    assert.equal(load.woken, 11);
  });

  it("gives a free place to whoever waits, never to one that comes later", async () => {
    const { told, enter, turn } = gateOf();
    for (let index = 0; index < 9; index++) enter(`${index}`);
    await turn();
    enter("later");
    await settled();
    assert.deepEqual(told, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    await turn();
    assert.deepEqual(told.slice(8), ["8", "later"]);
  });

  it("refuses what comes when the line is full", async () => {
    const { told, enter, turn, gate } = gateOf({ waiting: 2 });
    for (let index = 0; index < 7; index++) enter(`${index}`);
    await settled();
    assert.deepEqual(told, ["0", "1", "2", "3", "6 overloaded"]);
    assert.equal(gate.waiting, 2);
    await turn();
    assert.deepEqual(told.slice(5), ["4", "5"]);
    assert.equal(gate.waiting, 0);
  });

  it("lets nobody begin while 64 are at it, refuses who waits too long, and goes on when one has finished", async () => {
    const { clock, state, told, enter, turn } = gateOf();
    state.beginnings = 64;
    enter("a");
    await turn();
    clock.advance(5);
    await settled();
    assert.deepEqual(told, []);
    enter("b");
    clock.advance(1_998);
    await settled();
    assert.deepEqual(told, ["a overloaded"]);
    state.beginnings = 63;
    await turn();
    clock.advance(5);
    await settled();
    assert.deepEqual(told, ["a overloaded", "b"]);
  });

  it("refuses who has waited too long", async () => {
    const { clock, told, enter, turn } = gateOf({ waitMs: 500 });
    for (let index = 0; index < 6; index++) enter(`${index}`);
    clock.advance(501);
    await turn();
    assert.deepEqual(told.slice(4).sort(), ["4 overloaded", "5 overloaded"]);
  });

  it("refuses everybody while the process is strained, the line included, and nobody after", async () => {
    const { load, told, enter, turn } = gateOf();
    for (let index = 0; index < 6; index++) enter(`${index}`);
    load.strain = "loop";
    enter("new");
    await turn();
    assert.deepEqual(told.slice(4).sort(), ["4 overloaded", "5 overloaded", "new overloaded"]);
    load.strain = null;
    enter("after");
    await settled();
    assert.equal(told.at(-1), "after");
  });

  it("refuses beyond the sessions that may be open at once", async () => {
    const { state, told, enter } = gateOf({ sessions: 3 });
    state.open = 3;
    enter("one more");
    state.open = 2;
    enter("a last one");
    await settled();
    assert.deepEqual(told.toSorted(), ["a last one", "one more overloaded"]);
  });

  it("tells each refused caller another time to come back, from one to three seconds", () => {
    const { gate, load, state } = gateOf();
    load.strain = "heap";
    const waits = [0, 0.25, 1].map((random) => {
      state.random = random;
      try {
        gate.check();
      } catch (thrown) {
        if (thrown instanceof SluiceError) return thrown.details.retryAfterMs;
      }
      return undefined;
    });
    assert.deepEqual(waits, [1_000, 1_500, 3_000]);
  });
});
