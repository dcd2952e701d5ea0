import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { WebSocket as BrowserSocket } from "undici";
import { SluiceClient, type SluiceClientOptions, SluiceError } from "../../src/client/index.js";
import { type GatewayWorld, openWorld } from "../frontends/gateway-world.js";
import { keepAlive } from "../support/keep-alive.js";
import { startWire, type Wire } from "../support/wire.js";

keepAlive();

describe("the browser client", () => {
  let world: GatewayWorld;
  let token: string;
  let wire: Wire;

  before(async () => {
    world = await openWorld();
    token = await world.token("ada", ["staff"]);
    wire = await startWire(world.running.http.port);
  });
  after(async () => {
    wire?.close();
    await world?.close();
  });

  function client(more: Partial<SluiceClientOptions> = {}): SluiceClient {
    return new SluiceClient({
      url: wire.url,
      token,
      open: (address, protocols) => new BrowserSocket(address, protocols),
      ...more,
    });
  }

  const ask = (text: string, model = "demo") => ({
    model,
    messages: [{ role: "user" as const, parts: [{ text }] }],
  });

  test("gives the words, the events and the ending", async () => {
    const sluice = client();
    const stream = sluice.complete(ask("repeat: hello there"));
    let text = "";
    for await (const piece of stream.text()) text += piece;
    assert.equal(text, "hello there");
    assert.equal(stream.ended?.outcome, "complete");
    assert.match(stream.sessionId ?? "", /^[0-9a-f-]{36}$/);
    const again = sluice.replay(stream.sessionId ?? "", { speed: "max" });
    const types: string[] = [];
    for await (const { seq: _seq, offsetMs: _offset, ...payload } of again)
      types.push(...Object.keys(payload));
    assert.equal(types[0], "opened");
    assert.equal(types.at(-1), "ended");
    sluice.close();
  });

  test("makes up for lost connections unseen, without gap or repeat", async () => {
    const states: string[] = [];
    const sluice = client({ onState: (state) => states.push(state) });
    const words = Array.from({ length: 60 }, (_, index) => `w${index}`).join(" ");
    const stream = sluice.complete(ask(`repeat: ${words}`, "slow"));
    let text = "";
    let cuts = 0;
    const seqs: number[] = [];
    for await (const { seq, chunk } of stream) {
      seqs.push(seq);
      text += chunk?.text ?? "";
      if (chunk !== undefined && cuts < 2 && seqs.length % 4 === 0) {
        cuts++;
        wire.cut();
      }
    }
    assert.equal(text, words);
    assert.equal(cuts, 2);
    assert.deepEqual(seqs, [...new Set(seqs)]);
    assert.equal(states.filter((state) => state === "lost").length, 2);
    sluice.close();
  });

  test("a denial is thrown with its code, policy and rule", async () => {
    const sluice = client();
    const stream = sluice.complete(ask("project alder"));
    await assert.rejects(
      async () => {
        for await (const _ of stream);
      },
      (error) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.code, "policy_denied");
        assert.equal(error.details.rule, "no-codenames");
        return true;
      },
    );
    sluice.close();
  });

  test("a reader that is slow costs a bounded memory, and still gets everything", async () => {
    const sluice = client();
    const { sessionId } = await finished(sluice.complete(ask("please count")));
    // Three readings of a long session wait unread; each keeps no more than its bound.
    const stream = sluice.complete(ask("repeat: x"));
    const long = [1, 2, 3].map(() => sluice.attach(sessionId ?? ""));
    await finished(stream);
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const reading of long) {
      let last = "";
      for await (const { chunk } of reading) last = chunk?.text ?? last;
      assert.match(last, /2000$/);
    }
    sluice.close();
  });

  test("cancels its session, and a wrong token is told", async () => {
    const sluice = client();
    const stream = sluice.complete(ask("please count", "slow"));
    await assert.rejects(
      async () => {
        for await (const { chunk } of stream) if (chunk !== undefined) stream.cancel();
      },
      { code: "cancelled" },
    );
    sluice.close();
    const wrong = client({ token: "wrong", giveUpAfterMs: 300 });
    await assert.rejects(finished(wrong.complete(ask("hi"))), { name: "SluiceError" });
    wrong.close();
    await assert.rejects(finished(wrong.complete(ask("hi"))), { code: "cancelled" });
  });

  async function finished<S extends AsyncIterable<unknown>>(stream: S): Promise<S> {
    for await (const _ of stream);
    return stream;
  }
});
