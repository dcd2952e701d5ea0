import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Entry } from "../../src/domain/entry.js";
import type { Clock } from "../../src/domain/time.js";
import { systemClock } from "../../src/domain/time.js";
import { Replay, ReplayScale, type ReplaySpeed } from "../../src/recording/replay-clock.js";
import fc from "../support/seeded-check.js";
import { chunk, ended, opened, openLog } from "./fixtures.js";

/** A clock whose time is set by hand, so that a recording has known offsets. */
class HandClock implements Clock {
  ms = 1000;
  nowMs(): number {
    return 1_700_000_000_000 + this.ms;
  }
  monotonicMs(): number {
    return this.ms;
  }
  after(ms: number, task: () => void): () => void {
    return systemClock.after(ms, task);
  }
}

async function record(offsetsMs: readonly number[]) {
  const clock = new HandClock();
  const { log } = await openLog({ clock });
  const writer = log.begin(opened());
  for (const offsetMs of offsetsMs) {
    clock.ms = 1000 + offsetMs;
    writer.append(chunk(`at ${offsetMs}`));
  }
  writer.append(ended());
  await writer.committed(writer.lastSeq);
  const reader = (await log.reader(writer.session)) ?? assert.fail();
  return { log, reader };
}

/** Runs a replay to its end; says for each entry how many milliseconds after the start it came. */
async function play(replay: Replay): Promise<{ entry: Entry; atMs: number }[]> {
  const started = performance.now();
  const seen: { entry: Entry; atMs: number }[] = [];
  // Timers of the clock keep no process alive; a gateway has its sockets for that.
  const hold = setInterval(() => {}, 1000);
  await new Promise<void>((resolve, reject) => {
    const pump = (): void => {
      for (let got = replay.take(10); got.length > 0; got = replay.take(10)) {
        for (const entry of got) seen.push({ entry, atMs: performance.now() - started });
      }
      if (replay.done) resolve();
    };
    replay.onReadable = pump;
    replay.onFault = reject;
    pump();
  });
  clearInterval(hold);
  return seen;
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

describe("replay clock", () => {
  const offsets = Array.from({ length: 120 }, (_, index) => index * 7.3 + (index % 5));

  for (const speed of [1, 4] satisfies ReplaySpeed[]) {
    it(`gives each entry within 5 ms of its recorded offset at speed ${speed}`, async () => {
      const { log, reader } = await record(offsets);
      const replay = new Replay(reader.cursor({ afterSeq: 0, live: true }), { clock: systemClock, speed });
      const seen = await play(replay);
      assert.equal(seen.length, offsets.length + 2);
      const first = seen[0]?.atMs ?? 0;
      const late = seen.map(({ entry, atMs }) => Math.abs(atMs - first - entry.offsetUs / 1000 / speed));
      assert.ok(p99(late) < 5, `p99 ${p99(late).toFixed(2)} ms`);
      await log.close();
    });
  }

  it("gives everything at once at speed max, in order and unjoined", async () => {
    const { log, reader } = await record([0, 60_000, 3_600_000]);
    const replay = new Replay(reader.cursor({ afterSeq: 0, live: true }), {
      clock: systemClock,
      speed: "max",
    });
    const seen = await play(replay);
    assert.deepEqual(
      seen.map(({ entry }) => entry.seq),
      [1, 2, 3, 4, 5],
    );
    await log.close();
  });

  it("begins at a time, and waits for the next entry from there", async () => {
    const { log, reader } = await record([100, 200, 1000, 1050]);
    const source = reader.cursor({ afterSeq: 0, live: true });
    const replay = new Replay(source, { clock: systemClock, speed: 1, fromOffsetUs: 970_000 });
    const seen = await play(replay);
    assert.deepEqual(
      seen.map(({ entry }) => entry.seq),
      [4, 5, 6],
    );
    assert.ok(Math.abs((seen[0]?.atMs ?? 0) - 30) < 10);
    await log.close();
  });

  it("begins at a sequence number at once", async () => {
    const { log, reader } = await record([100, 5000, 5010]);
    const source = reader.cursor({ afterSeq: 2, live: true });
    const seen = await play(new Replay(source, { clock: systemClock, speed: 1 }));
    assert.deepEqual(
      seen.map(({ entry }) => entry.seq),
      [3, 4, 5],
    );
    assert.ok((seen[0]?.atMs ?? 99) < 10);
    await log.close();
  });

  it("goes on at another speed from where it is", async () => {
    const { log, reader } = await record([0, 3_000_000, 3_000_001]);
    const replay = new Replay(reader.cursor({ afterSeq: 0, live: true }), { clock: systemClock, speed: 1 });
    setTimeout(() => replay.setSpeed("max"), 20);
    assert.equal((await play(replay)).length, 5);
    await log.close();
  });

  it("refuses a speed out of range", async () => {
    const { log, reader } = await record([0]);
    for (const speed of [0, 0.2, 17, Number.NaN, Number.POSITIVE_INFINITY]) {
      const source = reader.cursor({ afterSeq: 0, live: true });
      assert.throws(() => new Replay(source, { clock: systemClock, speed }), { code: "invalid_request" });
    }
    await log.close();
  });

  it("counts neither the wait for a review nor a restart", () => {
    const scale = new ReplayScale();
    const at = (entry: object, offsetUs: number): Entry =>
      ({ ...chunk("x"), ...entry, seq: 1, offsetUs }) as Entry;
    const played = [
      at({ type: "opened" }, 0),
      at({ type: "review_requested" }, 10),
      at({ type: "review_decided" }, 5010),
      at({ type: "decided" }, 5020),
      at({ type: "segment", cause: "review" }, 5030),
      at({ type: "upstream_opened" }, 5040),
      at({}, 5100),
      at({ type: "segment", cause: "restart" }, 90_000),
      at({ type: "ended" }, 90_007),
    ].map((entry) => scale.next(entry));
    assert.deepEqual(played, [0, 10, 10, 10, 10, 20, 80, 80, 87]);
  });

  it("never goes back, whatever the entries are", () => {
    const kinds = fc.constantFrom(
      "opened",
      "review_requested",
      "review_decided",
      "segment",
      "chunk",
      "ended",
    );
    const log = fc.array(fc.record({ type: kinds, gap: fc.nat(1_000_000) }), { maxLength: 30 });
    fc.assert(
      fc.property(log, (entries) => {
        const scale = new ReplayScale();
        let offsetUs = 0;
        let before = 0;
        for (const { type, gap } of entries) {
          offsetUs += gap;
          const played = scale.next({
            ...chunk("x"),
            type,
            cause: "review",
            seq: 1,
            offsetUs,
          } as unknown as Entry);
          assert.ok(played >= before && played <= offsetUs);
          before = played;
        }
      }),
    );
  });
});
