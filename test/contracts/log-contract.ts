import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { EventLike } from "./way.js";

/** What came out of one reading of a session. */
export interface Transcript {
  readonly session: string;
  /** Each event exactly as it stood on the wire, whichever message carried it. */
  readonly frames: readonly Buffer[];
  /** The same, decoded, in the contract's JSON form. */
  readonly events: readonly EventLike[];
  /** How the transport said that it was over: `clean`, or its form of an error. */
  readonly end: string;
}

/** The four ways to read a log on one front end. */
export interface LogWay {
  readonly name: string;
  /** The caller's own live stream, from its first entry. */
  live(asked: { readonly token: string; readonly prompt: string }): Promise<LiveReading>;
  attach(from: ReadFrom): Promise<Transcript>;
  follow(from: ReadFrom): Promise<Transcript>;
  replay(from: ReadFrom & Pace): Promise<Transcript>;
}

export interface LiveReading {
  readonly session: string;
  /** Resolves when so many chunks have come. */
  chunks(count: number): Promise<void>;
  readonly whole: Promise<Transcript>;
}

export interface ReadFrom {
  readonly token: string;
  readonly session: string;
  readonly afterSeq: number;
}

export interface Pace {
  readonly speed: number | "max";
  readonly fromMs?: number;
  /** Called when an event has come. */
  readonly onEvent?: () => void;
}

/** A session of some kind, and what the test does to it while it streams. */
export interface LogCase {
  readonly name: string;
  readonly prompt: string;
  readonly outcome: string;
  /** Prepares the model. */
  before(): void;
  /** Acts on the session while it runs. */
  during?(live: LiveReading): Promise<void>;
}

export interface LogContractWorld {
  readonly caller: () => Promise<string>;
  /** Somebody else, who may read the sessions of the caller's team. */
  readonly auditor: () => Promise<string>;
  readonly cases: readonly LogCase[];
}

/** Live, attached, followed and replayed are one stream: held to the same bytes on every front end. */
export function logContract(
  world: () => LogContractWorld,
  way: () => LogWay,
  names: readonly string[],
): void {
  for (const name of names) {
    test(`${name}: live, attached, followed and replayed are the same bytes`, async () => {
      const found = world().cases.find((one) => one.name === name);
      assert.ok(found !== undefined);
      await sameBytes(found, { world: world(), way: way() });
    });
  }
}

async function sameBytes(
  one: LogCase,
  { world, way }: { readonly world: LogContractWorld; readonly way: LogWay },
): Promise<void> {
  const token = await world.caller();
  const auditor = await world.auditor();
  one.before();
  const live = await way.live({ token, prompt: one.prompt });
  const own = { token, session: live.session };
  const beside = [way.attach({ ...own, afterSeq: 0 }), way.follow({ ...own, token: auditor, afterSeq: 0 })];
  await one.during?.(live);
  const whole = await live.whole;
  assert.equal(whole.events.at(-1)?.ended?.outcome, one.outcome);
  for (const transcript of await Promise.all(beside)) assertSame(transcript, whole, "while it ran");

  const later: readonly [string, (afterSeq: number) => Promise<Transcript>][] = [
    ["attached", (afterSeq) => way.attach({ ...own, afterSeq })],
    ["followed", (afterSeq) => way.follow({ ...own, token: auditor, afterSeq })],
    ["replayed", (afterSeq) => way.replay({ ...own, token: auditor, afterSeq, speed: "max" })],
    ["replayed at speed 16", (afterSeq) => way.replay({ ...own, afterSeq, speed: 16 })],
  ];
  for (const [how, read] of later) {
    assertSame(await read(0), whole, how);
    for (const afterSeq of positionsIn(whole)) {
      assertSame(await read(afterSeq), restAfter(whole, afterSeq), `${how} after ${afterSeq}`);
    }
  }
  const { offsetMs = 0 } = whole.events[Math.floor(whole.events.length / 2)] ?? {};
  const fromMs = Math.ceil(offsetMs);
  const sought = await way.replay({ ...own, afterSeq: 0, speed: "max", fromMs });
  const expected = whole.events.filter(
    (event) => (event.offsetMs ?? 0) >= fromMs || fromMs === 0 || event.ended !== undefined,
  );
  assert.deepEqual(sought.events, expected, `from ${fromMs} ms`);
}

function assertSame(found: Transcript, expected: Transcript, how: string): void {
  assert.deepEqual(found.events, expected.events, how);
  assert.ok(Buffer.concat(found.frames).equals(Buffer.concat(expected.frames)), `${how}: other bytes`);
  assert.equal(found.end, expected.end, how);
}

/** Near the begin, in the middle, and before the ending. */
function positionsIn({ events }: Transcript): readonly number[] {
  const seqs = events.map(({ seq = 0 }) => seq);
  const picked = [0, Math.floor(seqs.length / 2), seqs.length - 2].map((at) => seqs[at] ?? 0);
  return [...new Set(picked)].filter((seq) => seq > 0);
}

function restAfter(whole: Transcript, afterSeq: number): Transcript {
  const from = whole.events.findIndex(({ seq = 0 }) => seq > afterSeq);
  return { ...whole, events: whole.events.slice(from), frames: whole.frames.slice(from) };
}
