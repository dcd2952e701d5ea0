import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Delivery, type DeliveryEvent } from "../../src/notifications/delivery.js";
import { webhookDestination } from "../../src/notifications/destinations.js";
import type { Destination, Message, Sent } from "../../src/notifications/message.js";
import { Outbox, type OutboxStore } from "../../src/notifications/outbox.js";
import { ManualClock } from "../identity/manual-clock.js";
import { startReceiver, type WebhookReceiver } from "../support/webhook-receiver.js";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const MINUTE = 60_000;

function memory(): OutboxStore & { readonly items: Map<string, Uint8Array> } {
  const items = new Map<string, Uint8Array>();
  return {
    items,
    put: async (id, bytes) => void items.set(id, bytes),
    get: async (id) => items.get(id) ?? null,
    remove: async (id) => void items.delete(id),
    list: async () => [...items.keys()].map((id) => ({ id })),
  };
}

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  body: JSON.stringify({ id }),
  uselessAtMs: Number.MAX_SAFE_INTEGER,
  remembered: false,
  ...more,
});

describe("the delivery of messages", () => {
  let receiver: WebhookReceiver;
  let clock: ManualClock;
  let events: string[];
  const open: Delivery[] = [];
  beforeEach(async () => {
    receiver = await startReceiver();
    clock = new ManualClock();
    events = [];
  });
  afterEach(async () => {
    for (const delivery of open.splice(0)) await delivery.close();
    await receiver.close();
  });

  const toReceiver = (): Destination =>
    webhookDestination({
      name: "desk",
      url: receiver.url,
      secrets: () => [SECRET],
      clock,
      timeoutMs: 30_000,
      ca: null,
      internal: false,
      insecure: false,
    });

  async function start(
    more: { store?: OutboxStore; destination?: Destination; maxWaiting?: number } = {},
  ): Promise<{ delivery: Delivery; outbox: Outbox }> {
    const fail = (error: Error): never => assert.fail(error);
    const outbox = await Outbox.open(more.store ?? memory(), {
      knows: (name) => name === "desk",
      onProblem: fail,
    });
    const delivery = new Delivery({
      destination: more.destination ?? toReceiver(),
      outbox,
      clock,
      random: () => 1,
      giveUpAfterMs: 10 * MINUTE,
      onEvent: (event: DeliveryEvent, fields) => events.push(`${event} ${fields.message}`),
      onProblem: fail,
      ...(more.maxWaiting === undefined ? {} : { maxWaiting: more.maxWaiting }),
    });
    open.push(delivery);
    return { delivery, outbox };
  }

  /** Lets everything that is due happen. */
  async function until(condition: () => boolean): Promise<void> {
    for (let tries = 0; !condition(); tries++) {
      assert.ok(tries < 4000, `it did not come true: ${events.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  it("tries again after pauses that double up to five minutes, and gives up in time", async () => {
    let tries = 0;
    const destination: Destination = {
      name: "desk",
      send: async () => {
        tries++;
        return { outcome: "failed", reason: "status 500", retryAfterMs: null };
      },
    };
    const { delivery } = await start({ destination });
    const pauses: number[] = [];
    await delivery.add(message("m"));
    for (let seen = 1; !events.includes("given_up m"); seen++) {
      await until(() => tries === seen && events.filter((each) => each.startsWith("failed")).length === seen);
      let waited = 0;
      for (; tries === seen && waited < 20 * MINUTE && !events.includes("given_up m"); waited += 1000) {
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      pauses.push(waited / 1000);
    }
    // Ten minutes hold these, and the next pause would end beyond them.
    assert.deepEqual(pauses.slice(0, 8), [1, 2, 4, 8, 16, 32, 64, 128]);
    assert.equal(delivery.waiting, 0);
  });

  it("spreads the pauses by chance, and waits as long as the receiver asks", async () => {
    receiver.answer({ status: 429, headers: { "retry-after": "120" } });
    const { delivery } = await start();
    await delivery.add(message("m"));
    await until(() => events.includes("failed m"));
    await until(() => delivery.waiting === 1);
    clock.advance(119_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(receiver.received.length, 1);
    clock.advance(1_000);
    await receiver.until(2);
    await until(() => events.includes("delivered m"));
  });

  it("keeps the id over repeats, and signs each attempt with its own time", async () => {
    receiver.answer({ status: 500 });
    const { delivery } = await start();
    await delivery.add(message("same"));
    await until(() => events.includes("failed same"));
    clock.advance(5_000);
    await until(() => events.includes("delivered same"));
    const [first, second] = receiver.received;
    assert.deepEqual([first?.headers["webhook-id"], second?.headers["webhook-id"]], ["same", "same"]);
    assert.notEqual(first?.headers["webhook-timestamp"], second?.headers["webhook-timestamp"]);
  });

  it("goes on after a restart with what was not delivered, and repeats nothing that was", async () => {
    const store = memory();
    receiver.answer({ status: 503 }, { status: 503 });
    const first = await start({ store });
    await first.delivery.add(message("one"));
    await first.delivery.add(message("two", { remembered: true }));
    await until(() => events.includes("failed one") && events.includes("failed two"));
    await first.delivery.close();
    const before = receiver.received.length;
    const second = await start({ store });
    await until(() => events.includes("delivered one") && events.includes("delivered two"));
    assert.equal(receiver.received.length, before + 2);
    await second.delivery.close();
    const third = await start({ store });
    assert.equal(third.delivery.waiting, 0);
    assert.deepEqual([third.outbox.has("desk", "one"), third.outbox.has("desk", "two")], [false, true]);
    assert.equal(receiver.received.length, before + 2);
    assert.ok(![...store.items.values()].some((bytes) => Buffer.from(bytes).includes('{\\"id')));
  });

  it("drops what waits for a destination that is configured no more", async () => {
    const store = memory();
    await store.put(
      "x-one",
      Buffer.from(JSON.stringify({ format: 1, item: { ...message("one"), destination: "old" } })),
    );
    await start({ store });
    assert.equal(store.items.size, 0);
  });

  it("sends nothing more to a receiver that answered 410", async () => {
    receiver.answer({ status: 500 }, { status: 410 });
    const { delivery } = await start();
    await delivery.add(message("one"));
    await until(() => events.includes("failed one"));
    await delivery.add(message("two"));
    await until(() => events.includes("gone two"));
    assert.ok(events.includes("gone one"));
    await delivery.add(message("three"));
    assert.equal(events.at(-1), "dropped three");
    assert.equal(receiver.received.length, 2);
  });

  it("follows no redirect", async () => {
    const elsewhere = await startReceiver();
    receiver.answer({ status: 307, headers: { location: elsewhere.url } });
    const { delivery } = await start();
    await delivery.add(message("m"));
    await until(() => events.includes("failed m"));
    assert.equal(elsewhere.received.length, 0);
    await elsewhere.close();
  });

  it("keeps no more than its bound, and says what it dropped", async () => {
    const never: Destination = { name: "desk", send: () => new Promise<Sent>(() => {}) };
    const destination: Destination = {
      name: "desk",
      send: (item, signal) =>
        Promise.race([
          never.send(item, signal),
          new Promise<Sent>((resolve) =>
            signal.addEventListener("abort", () =>
              resolve({ outcome: "failed", reason: "stopped", retryAfterMs: null }),
            ),
          ),
        ]),
    };
    const { delivery } = await start({ destination, maxWaiting: 2 });
    for (const id of ["one", "two", "three"]) await delivery.add(message(id));
    assert.equal(delivery.waiting, 2);
    assert.deepEqual(events, ["dropped three"]);
  });

  it("gives up what has become useless meanwhile", async () => {
    receiver.answer({ status: 500 });
    const { delivery } = await start();
    await delivery.add(message("m", { uselessAtMs: clock.nowMs() + 3 * MINUTE }));
    await until(() => events.includes("failed m"));
    clock.sleep(4 * MINUTE);
    clock.advance(0);
    await until(() => events.includes("given_up m"));
    assert.equal(receiver.received.length, 1);
  });
});
