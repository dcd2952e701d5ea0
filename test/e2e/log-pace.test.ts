/** When a replay says what, over every front end, by a clock that the test moves. */
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import type { EntryBody } from "../../src/domain/entry.js";
import type { LogWay, Pace } from "../contracts/log-contract.js";
import { grpcLogWay, httpLogWay, webSocketLogWay } from "../frontends/ways/log-ways.js";
import { chunk, ended, opened } from "../recording/fixtures.js";
import { type HandGateway, openHandGateway } from "../support/hand-gateway.js";
import { keepAlive } from "../support/keep-alive.js";

keepAlive();

/** Of the session, by its number: milliseconds after its opening. A review takes an hour of it. */
const TIMELINE: readonly (readonly [atMs: number, body: EntryBody])[] = [
  [3, reviewRequested()],
  [3_600_003, { type: "review_decided", approval: "a", outcome: "approved", votes: [] }],
  [3_600_004, { type: "segment", cause: "review", atMs: 0 }],
  [
    3_600_010,
    { type: "upstream_opened", connection: "c", model: "m", dialect: "openai-chat", approval: "a" },
  ],
  ...[40, 41, 41, 90, 200, 201, 380, 388, 640].map(
    (atMs) => [3_600_000 + atMs, chunk(`at ${atMs} `)] as const,
  ),
  [3_600_700, ended()],
];
/** When each is due at speed 1, from the first entry on; the wait for the review counts for nothing. */
const DUE_MS = [0, 3, 3, 3, 9, 39, 40, 40, 89, 199, 200, 379, 387, 639, 699];
/** The clock stops this long before each entry is due, to see whether it comes too early. */
const EARLY_MS = 0.4;

function reviewRequested(): EntryBody {
  return {
    type: "review_requested",
    approval: "a",
    policy: "p",
    rule: "r",
    reviewers: ["compliance"],
    approvalsNeeded: 1,
    expiresAtMs: 0,
  };
}

let gateway: HandGateway;
let session = "";
let token = "";
const ways = new Map<string, LogWay>();

before(async () => {
  gateway = await openHandGateway();
  const { client, url } = gateway;
  for (const way of [grpcLogWay(client), webSocketLogWay(url), httpLogWay(url)]) ways.set(way.name, way);
  token = await gateway.token("olga", { groups: ["platform"] });
  session = await recorded();
});
after(() => gateway?.close());

async function recorded(): Promise<string> {
  const { clock, running } = gateway;
  const writer = running.log.begin(opened());
  const startMs = clock.monotonicMs();
  for (const [atMs, body] of TIMELINE) {
    clock.moveTo(startMs + atMs);
    writer.append(body);
  }
  await writer.committed(writer.lastSeq);
  return writer.session;
}

/** Plays, and says for each event what the clock showed when it came, from the first event on. */
async function played(way: LogWay, from: Pace & { readonly afterSeq?: number }, dueMs: readonly number[]) {
  const { clock } = gateway;
  const startMs = clock.monotonicMs();
  const arrivals: number[] = [];
  const transcript = way.replay({
    token,
    session,
    afterSeq: 0,
    ...from,
    onEvent: () => arrivals.push(clock.monotonicMs() - startMs),
  });
  for (const [index, due] of dueMs.entries()) {
    // A replay that waits has armed its timer; before that, moving the clock would count as its delay.
    await until(() => arrivals.length > index || due === 0 || clock.isDueAt(startMs + due), `timer ${index}`);
    clock.moveTo(startMs + due - EARLY_MS);
    await new Promise((resolve) => setTimeout(resolve, 2));
    clock.moveTo(startMs + due);
    await until(() => arrivals.length > index, `event ${index}`);
  }
  await transcript;
  return arrivals;
}

async function until(test: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !test(); waited++) {
    assert.ok(waited < 5000, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function assertOnTime(arrivals: readonly number[], dueMs: readonly number[]): void {
  assert.equal(arrivals.length, dueMs.length);
  for (const [index, arrivedMs] of arrivals.entries()) {
    const late = arrivedMs - (dueMs[index] ?? 0);
    assert.ok(Math.abs(late) < EARLY_MS, `event ${index} came ${late} ms late`);
  }
}

for (const name of ["gRPC", "WebSocket", "HTTP"]) {
  describe(`a replay over ${name}`, () => {
    const way = (): LogWay => ways.get(name) ?? assert.fail(name);

    for (const speed of [0.25, 1, 4, 16]) {
      test(`at speed ${speed} says each entry at its recorded offset, without the wait for a review`, async () => {
        const dueMs = DUE_MS.map((due) => due / speed);
        assertOnTime(await played(way(), { speed }, dueMs), dueMs);
      });
    }

    test("at full speed waits for nothing", async () => {
      assertOnTime(
        await played(way(), { speed: "max" }, [0]),
        DUE_MS.map(() => 0),
      );
    });

    test("from a number begins at once with the next entry", async () => {
      const rest = DUE_MS.slice(9);
      const dueMs = rest.map((due) => due - (rest[0] ?? 0));
      assertOnTime(await played(way(), { speed: 1, afterSeq: 9 }, dueMs), dueMs);
    });

    test("from a time begins with the first entry after it, when its moment comes", async () => {
      const dueMs = DUE_MS.slice(9).map((due) => due - 149);
      assertOnTime(await played(way(), { speed: 1, fromMs: 3_600_150 }, dueMs), dueMs);
    });

    test("from a time beyond the end says the ending alone", async () => {
      assertOnTime(await played(way(), { speed: 1, fromMs: 9_999_999 }, [0]), [0]);
    });
  });
}
