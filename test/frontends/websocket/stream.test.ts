import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import type { ErrorLike, EventLike } from "../../contracts/way.js";
import { keepAlive } from "../../support/keep-alive.js";
import { type GatewayWorld, openWorld } from "../gateway-world.js";
import { requestOf } from "../ways/grpc-way.js";

type Frame = EventLike & {
  readonly stream?: string;
  readonly error?: ErrorLike & { readonly field?: string };
};

keepAlive();

/** A socket whose frames a test waits for. */
class Client {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  closed: { readonly code: number; readonly reason: string } | null = null;
  #wake: () => void = () => {};

  constructor(url: string, options: { protocols?: string[]; headers?: Record<string, string> }) {
    this.socket = new WebSocket(url, options.protocols ?? ["sluice.v1.json"], {
      headers: options.headers ?? {},
    });
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.#wake();
    });
    this.socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
    this.socket.on("error", () => {});
  }

  async opened(): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN)
      await new Promise((resolve) => this.socket.once("open", resolve));
    return this;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  ask(stream: string, prompt: string, model = "demo"): void {
    this.send({ stream, complete: requestOf({ token: null, prompt, model }) });
  }

  async until(test: (frame: Frame) => boolean): Promise<Frame> {
    for (let from = 0; ; ) {
      for (; from < this.frames.length; from++) {
        const frame = this.frames[from];
        if (frame !== undefined && test(frame)) return frame;
      }
      if (this.closed !== null) throw new Error(`closed ${this.closed.code}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async untilClosed(): Promise<{ readonly code: number; readonly reason: string }> {
    while (this.closed === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.closed;
  }

  textOf(stream: string): string {
    return this.frames.map((frame) => (frame.stream === stream ? (frame.chunk?.text ?? "") : "")).join("");
  }
}

describe("/v1/stream", () => {
  let world: GatewayWorld;
  let url: string;
  let token: string;

  before(async () => {
    world = await openWorld("origins: [https://chat.example.com]");
    url = `${world.httpUrl.replace("http", "ws")}/v1/stream`;
    token = await world.token("ada", ["staff"]);
  });
  after(() => world?.close());

  const connect = (): Promise<Client> =>
    new Client(url, { headers: { authorization: `Bearer ${token}` } }).opened();

  test("carries many sessions on one socket, and a long one keeps no short one waiting", async () => {
    const client = await connect();
    client.ask("long", "please count");
    for (let i = 0; i < 20; i++) client.ask(`s${i}`, `repeat: answer ${i}`);
    for (let i = 0; i < 20; i++) {
      await client.until((frame) => frame.stream === `s${i}` && frame.ended !== undefined);
      assert.equal(client.textOf(`s${i}`), `answer ${i}`);
    }
    await client.until((frame) => frame.stream === "long" && frame.ended !== undefined);
    const lastShort = client.frames.findLastIndex((frame) => frame.stream?.startsWith("s") === true);
    const endOfLong = client.frames.findIndex(
      (frame) => frame.stream === "long" && frame.ended !== undefined,
    );
    assert.ok(lastShort < endOfLong, "the short ones waited for the long one");
    client.socket.close();
  });

  test("refuses an id that is in use, and takes it again when its stream has ended", async () => {
    const client = await connect();
    client.ask("a", "please count", "slow");
    await client.until((frame) => frame.chunk !== undefined);
    client.ask("a", "repeat: again");
    const refusal = await client.until((frame) => frame.stream === undefined && frame.error !== undefined);
    assert.equal(refusal.error?.code, "conflict");
    client.send({ stream: "a", cancel: {} });
    const last = await client.until((frame) => frame.stream === "a" && frame.error !== undefined);
    assert.equal(last.error?.code, "cancelled");
    client.ask("a", "repeat: again");
    await client.until((frame) => frame.ended?.outcome === "complete");
    client.socket.close();
  });

  test("takes a cancel right behind its request", async () => {
    const client = await connect();
    client.ask("a", "please count", "slow");
    client.send({ stream: "a", cancel: {} });
    client.send({ stream: "a", cancel: {} });
    const last = await client.until((frame) => frame.error !== undefined);
    assert.equal(last.stream, "a");
    assert.equal(last.error?.code, "cancelled");
    client.socket.close();
  });

  test("ends a denied stream with ended and then error, and goes on with the others", async () => {
    const client = await connect();
    client.ask("bad", "project alder");
    const error = await client.until((frame) => frame.error !== undefined);
    assert.deepEqual(error, {
      stream: "bad",
      error: {
        code: "policy_denied",
        message: "Codenames must not leave.",
        policy: "staff",
        rule: "no-codenames",
      },
    });
    assert.equal(client.frames.at(-2)?.ended?.outcome, "policy_denied");
    client.ask("good", "repeat: still here");
    await client.until((frame) => frame.ended?.outcome === "complete");
    client.socket.close();
  });

  test("answers what is no frame without closing, and names what is wrong", async () => {
    const client = await connect();
    const wrong: readonly [string, RegExp][] = [
      ["{", /JSON/],
      ["[]", /object/],
      ['{"stream":"a b","complete":{}}', /stream/],
      ['{"stream":"a"}', /one of complete/],
      ['{"stream":"a","complete":{},"attach":{}}', /one of complete/],
      ['{"stream":"a","complete":{},"complete":{}}', /complete/],
      ['{"stream":"a","attach":[]}', /attach/],
      ['{"stream":"nobody","cancel":{}}', /no stream nobody/],
    ];
    for (const [text, message] of wrong) {
      const before = client.frames.length;
      client.socket.send(text);
      const frame = await client.until((one) => client.frames.indexOf(one) >= before);
      assert.match(frame.error?.message ?? "", message);
    }
    client.send({ stream: "a", attach: { session: "x" } });
    const named = await client.until((frame) => frame.stream === "a");
    assert.equal(named.error?.field, "session");
    client.socket.close();
  });

  test("replays a session, follows one, and cancels the reading of it", async () => {
    const client = await connect();
    client.ask("a", "draft the reply to the customer");
    const { opened } = await client.until((frame) => frame.opened !== undefined);
    await client.until((frame) => frame.ended !== undefined);
    client.send({ stream: "r", replay: { sessionId: opened?.sessionId, maxSpeed: true } });
    await client.until((frame) => frame.stream === "r" && frame.ended !== undefined);
    const strip = (stream: string): unknown[] =>
      client.frames.filter((frame) => frame.stream === stream).map(({ stream: _, ...rest }) => rest);
    assert.deepEqual(strip("r"), strip("a"));

    client.ask("slow", "please count", "slow");
    const live = await client.until((frame) => frame.stream === "slow" && frame.opened !== undefined);
    const auditor = new Client(url, {
      headers: { authorization: `Bearer ${await world.token("aud", ["audit"])}` },
    });
    await auditor.opened();
    auditor.send({ stream: "f", follow: { sessionId: live.opened?.sessionId } });
    await auditor.until((frame) => frame.chunk !== undefined);
    auditor.send({ stream: "f", cancel: {} });
    const cancelled = await auditor.until((frame) => frame.error !== undefined);
    assert.equal(cancelled.error?.code, "cancelled");
    const before = client.frames.length;
    await client.until((frame) => client.frames.indexOf(frame) > before && frame.chunk !== undefined);
    auditor.socket.close();
    client.socket.close();
  });

  test("opens nothing with a token that expired on the open socket", async () => {
    const short = await world.token("ada", ["staff"], { exp: Math.floor(Date.now() / 1000) + 1 });
    const client = await new Client(url, { headers: { authorization: `Bearer ${short}` } }).opened();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    client.ask("late", "repeat: hello");
    const frame = await client.until((one) => one.stream === "late");
    assert.equal(frame.error?.code, "unauthenticated");
    client.socket.close();
  });

  test("closes with 4401 where a page shows a wrong token, since it cannot see a 401", async () => {
    const entry = `base64url.bearer.authorization.sluice.dev.${Buffer.from("wrong").toString("base64url")}`;
    const client = new Client(url, {
      protocols: [entry, "sluice.v1.json"],
      headers: { origin: "https://chat.example.com" },
    });
    assert.deepEqual(await client.untilClosed(), { code: 4401, reason: "invalid_token" });
  });

  test("takes the token of a page among the subprotocols, and selects only its own", async () => {
    const entry = `base64url.bearer.authorization.sluice.dev.${Buffer.from(token).toString("base64url")}`;
    const client = await new Client(url, {
      protocols: [entry, "sluice.v1.json"],
      headers: { origin: world.httpUrl },
    }).opened();
    assert.equal(client.socket.protocol, "sluice.v1.json");
    client.ask("a", "repeat: hello");
    await client.until((frame) => frame.ended?.outcome === "complete");
    client.socket.close();
  });

  test("cuts a reader that accepts nothing, and an attach has all that it missed", async () => {
    const client = await connect();
    // Enough for the kernel's buffers to fill: the model speaks as fast as it is read.
    for (let i = 0; i < 60; i++) client.ask(`s${i}`, "please count");
    const { opened } = await client.until((frame) => frame.opened !== undefined);
    client.socket.pause();
    const closed = new Promise((resolve) => client.socket.once("close", resolve));
    await new Promise((resolve) => setTimeout(resolve, 4000));
    client.socket.resume();
    await closed;
    const again = await connect();
    again.send({ stream: "x", attach: { sessionId: opened?.sessionId, afterSeq: 0 } });
    await again.until((frame) => frame.ended?.outcome === "complete");
    assert.ok(again.textOf("x").endsWith("1999 2000"));
    again.socket.close();
  });

  test("takes so many streams and no more", async () => {
    const client = await connect();
    for (let i = 0; i < 101; i++) client.ask(`s${i}`, "please count", "slow");
    const refusal = await client.until((frame) => frame.error !== undefined);
    assert.equal(refusal.error?.code, "overloaded");
    client.socket.terminate();
  });
});
