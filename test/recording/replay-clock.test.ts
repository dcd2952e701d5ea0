import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Entry } from "../../src/domain/entry.js";
import { Replay, ReplayScale, type ReplaySpeed } from "../../src/recording/replay-clock.js";
import { HandClock } from "../support/hand-clock.js";
import fc from "../support/seeded-check.js";
import { chunk, ended, opened, openLog } from "./fixtures.js";

async function record(offsetsMs: readonly number[]) {
  const clock = new HandClock();
  const { log } = await openLog({ clock });
  const writer = log.begin(opened());
  for (const offsetMs of offsetsMs) {
    clock.moveTo(offsetMs);
    writer.append(chunk(`at ${offsetMs}`));
  }
  writer.append(ended());
  await writer.committed(writer.lastSeq);
  const reader = (await log.reader(writer.session)) ?? assert.fail();
  return { log, reader, clock };
}

/** Runs a replay to its end; says for each entry how many milliseconds after the start it came. */
async function play(replay: Replay, clock: HandClock): Promise<{ entry: Entry; atMs: number }[]> {
  const startMs = clock.monotonicMs();
  const seen: { entry: Entry; atMs: number }[] = [];
  let isBroken = false;
  const pump = (): void => {
    for (let got = replay.take(10); got.length > 0; got = replay.take(10)) {
      for (const entry of got) seen.push({ entry, atMs: clock.monotonicMs() - startMs });
    }
  };
  replay.onReadable = pump;
  replay.onFault = () => {
    isBroken = true;
  };
  pump();
  while (!replay.done) {
    assert.ok(!isBroken);
    // What is being read from the store arrives first, so that reading does not count as time.
    await new Promise((resolve) => setImmediate(resolve));
    clock.moveToNext();
  }
  return seen;
}

describe("replay clock", () => {
  const offsets = Array.from({ length: 120 }, (_, index) => index * 7.3 + (index % 5));

  for (const speed of [0.25, 1, 4, 16] satisfies ReplaySpeed[]) {
    it(`gives each entry at its recorded offset at speed ${speed}`, async () => {
      const { log, reader, clock } = await record(offsets);
      const replay = new Replay(reader.cursor({ afterSeq: 0, live: true }), { clock, speed });
      const seen = await play(replay, clock);
      assert.equal(seen.length, offsets.length + 2);
      for (const { entry, atMs } of seen) {
        const late = atMs - entry.offsetUs / 1000 / speed;
        assert.ok(Math.abs(late) <= 0.25, `entry ${entry.seq} is ${late} ms late`);
      }
      await log.close();
    });
  }

  it("gives everything at once at speed max, in order and unjoined", async () => {
    const { log, reader, clock } = await record([0, 60_000, 3_600_000]);
    const replay = new Replay(reader.cursor({ afterSeq: 0, live: true }), {
      clock,
      speed: "max",
    });
    const seen = await play(replay, clock);
    assert.deepEqual(
      seen.map(({ entry }) => entry.seq),
      [1, 2, 3, 4, 5],
    );
    await log.close();
  });

  it("begins at a time, and waits for the next entry from there", async () => {
    const { log, reader, clock } = await record([100, 200, 1000, 1050]);
    const source = reader.cursor({ afterSeq: 0, live: true });
    const replay = new Replay(source, { clock, speed: 1, fromOffsetUs: 970_000 });
    const seen = await play(replay, clock);
    assert.deepEqual(
      seen.map(({ entry }) => entry.seq),
      [4, 5, 6],
    );
    assert.equal(seen[0]?.atMs, 30);
    await log.close();
  });

  it("begins at a sequence number at once", async () => {
    const { log, reader, clock } = await record([100, 5000, 5010]);
    const source = reader.cursor({ afterSeq: 2, live: true });
    const seen = await play(new Replay(source, { clock, speed: 1 }), clock);
    assert.deepEqual(
      seen.map(({ entry }) => entry.seq),
      [3, 4, 5],
    );
    assert.equal(seen[0]?.atMs, 0);
    await log.close();
  });

  it("goes on at another speed from where it is", async () => {
    const { log, reader, clock } = await record([0, 3_000_000, 3_000_001]);
    const replay = new Replay(reader.cursor({ afterSeq: 0, live: true }), { clock, speed: 1 });
    clock.after(20, () => replay.setSpeed("max"));
    const seen = await play(replay, clock);
    assert.deepEqual(
      seen.map(({ atMs }) => atMs),
      [0, 0, 20, 20, 20],
    );
    await log.close();
  });

  it("refuses a speed out of range", async () => {
    const { log, reader, clock } = await record([0]);
    for (const speed of [0, 0.2, 17, Number.NaN, Number.POSITIVE_INFINITY]) {
      const source = reader.cursor({ afterSeq: 0, live: true });
      assert.throws(() => new Replay(source, { clock, speed }), { code: "invalid_request" });
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
