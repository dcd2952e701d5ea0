/** Readers that accept nothing, cut by a clock that the test moves. */
import { strict as assert } from "node:assert";
import type { ServerResponse } from "node:http";
import { after, before, describe, test } from "node:test";
import { parseSessionId } from "../../src/domain/session-id.js";
import type { Reading, Way } from "../contracts/way.js";
import { type HandGateway, openHandGateway } from "../support/hand-gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { chatStream } from "../support/streams.js";

keepAlive();

const STALL_MS = 30_000;
const GRACE_MS = 30_000;
/** More than the kernel takes for a connection that nobody reads. */
const PIECES = Array.from({ length: 900 }, (_, index) => `${index} ${"many plain words ".repeat(480)}\n`);
const EVENTS = chatStream(PIECES)
  .split("\n\n")
  .filter((event) => event !== "")
  .map((event) => `${event}\n\n`);
const ENDLESS = "Never stop";

let gateway: HandGateway;
let token = "";
let openAnswers = 0;

before(async () => {
  gateway = await openHandGateway();
  gateway.model.tell(({ body }, response) => {
    void answer(response, body.includes(ENDLESS));
    return null;
  });
  token = await gateway.token("jane");
});
after(() => gateway?.close());

async function answer(response: ServerResponse, isEndless: boolean): Promise<void> {
  let wake = (): void => {};
  openAnswers++;
  response.on("close", () => {
    openAnswers--;
    wake();
  });
  response.on("drain", () => wake());
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of isEndless ? EVENTS.slice(0, -2) : EVENTS) {
    if (response.destroyed) return;
    if (response.write(event)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  if (!isEndless) response.end();
}

async function until(test: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; !(await test()); waited++) {
    assert.ok(waited < 1500, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function summaryOf(session: string) {
  const id = parseSessionId(session) ?? assert.fail(session);
  return (await gateway.running.log.summary(id)) ?? assert.fail(session);
}

/** A session whose reader has stopped, when nothing moves any more. */
async function stalled(way: Way, prompt: string): Promise<Reading> {
  const reading = await way.begin({ token, prompt, model: "gpt-told" });
  await reading.firstText;
  reading.pause();
  let last = -1;
  let same = 0;
  await until(async () => {
    const { lastSeq } = await summaryOf(reading.session);
    same = lastSeq === last ? same + 1 : 0;
    last = lastSeq;
    return same === 25;
  }, "the session to come to rest");
  assert.ok(last < PIECES.length, "the model was read to its end");
  return reading;
}

async function cut(reading: Reading): Promise<void> {
  gateway.clock.moveTo(gateway.clock.monotonicMs() + STALL_MS + 1000);
  reading.resume();
  const seen = await reading.seen;
  assert.notEqual(seen.outcome, "complete");
  assert.ok(["stalled", "torn", "closed-1006"].includes(seen.outcome), seen.outcome);
}

for (const name of ["gRPC", "WebSocket", "HTTP"]) {
  describe(`a reader over ${name} that accepts nothing`, () => {
    const way = (): Way => gateway.ways.get(name) ?? assert.fail(name);

    test("is cut after the stall timeout, and an attach has all that it missed", async () => {
      const reading = await stalled(way(), "Say it all");
      await cut(reading);
      const { text } = await reading.seen;
      assert.ok(PIECES.join("").startsWith(text));
      const whole = await way().attach({ token, session: reading.session, afterSeq: 0 });
      assert.equal(whole.outcome, "complete");
      assert.ok(whole.text === PIECES.join(""), `${whole.text.length} characters`);
    });

    test("is not waited for beyond the grace, and its model is let go of", async () => {
      const reading = await stalled(way(), ENDLESS);
      await cut(reading);
      assert.equal((await summaryOf(reading.session)).outcome, null);
      assert.equal(openAnswers, 1);
      gateway.clock.moveTo(gateway.clock.monotonicMs() + GRACE_MS + 1);
      await until(() => openAnswers === 0, "the model to be let go of");
      await until(async () => (await summaryOf(reading.session)).outcome !== null, "the ending");
      assert.equal((await summaryOf(reading.session)).outcome, "cancelled");
    });
  });
}
