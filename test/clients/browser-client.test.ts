/** `sluice/client` as it is shipped, in Chromium, against the whole gateway. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { chatStream } from "../support/streams.js";
import { startWire, type Wire } from "../support/wire.js";
import { type PageServer, servePage, startBrowser } from "./browser.js";
import { buildClient } from "./built-client.js";

const browser = await startBrowser();
const PIECES = ["Write to jane.r", "oe@exam", "ple.com", " today", "."];
const MASKED = "Write to <EMAIL_ADDRESS> today.";
const WORDS = Array.from({ length: 80 }, (_, index) => `w${index} `);

/** What a page reports of one stream. */
interface Read {
  readonly text: string;
  readonly seqs: readonly number[];
  readonly sessionId: string | null;
  readonly outcome: string | null;
  readonly error: { readonly code: string; readonly policy?: string; readonly rule?: string } | null;
  readonly states: readonly string[];
}

function builtFiles(): ReadonlyMap<string, string> {
  const { folder, remove } = buildClient();
  const names = readdirSync(folder).filter((name) => name.endsWith(".js"));
  const files = names.map((name) => [`/client/${name}`, readFileSync(join(folder, name), "utf8")] as const);
  remove();
  return new Map(files);
}

describe("the browser client in Chromium", {
  skip: typeof browser === "string" ? browser : false,
  timeout: 400_000,
}, () => {
  let world: GatewayWorld;
  let own: PageServer;
  let foreign: PageServer;
  let wire: Wire;
  let page: Page;
  let token: string;
  let frames: string[];
  let addresses: string[];
  let said: string[];

  before(async () => {
    const files = builtFiles();
    [own, foreign] = await Promise.all([servePage(files), servePage(files)]);
    world = await openGateway(`origins: ["${own.origin}"]`);
    wire = await startWire(world.running.http.port);
    token = await world.token("jane");
  });
  after(async () => {
    if (typeof browser !== "string") await browser.close();
    wire?.close();
    await Promise.all([own?.close(), foreign?.close()]);
    await world?.close();
  });
  beforeEach(async () => {
    world.model.tell(() => ({ body: chatStream(PIECES), cuts: 3 }));
    await page?.close();
    page = await open(own.origin);
  });

  async function open(origin: string): Promise<Page> {
    if (typeof browser === "string") throw new Error(browser);
    const opened = await browser.newPage();
    frames = [];
    addresses = [];
    said = [];
    opened.on("websocket", (socket) => {
      addresses.push(socket.url());
      socket.on("framereceived", ({ payload }) => frames.push(`${payload}`));
    });
    opened.on("console", (message) => said.push(message.text()));
    await opened.goto(origin);
    return opened;
  }

  /** Runs in the page: `how` is one expression over `sluice`, a client, which gives a stream. */
  function read(
    how: string,
    more: { readonly token?: string; readonly client?: string; readonly each?: string } = {},
  ): Promise<Read> {
    const client = more.client ?? "";
    return page.evaluate(`(async () => {
      const { SluiceClient } = await import("sluice/client");
      const states = [];
      const sluice = new SluiceClient({
        url: ${JSON.stringify(wire.url)}, token: ${JSON.stringify(more.token ?? token)},
        onState: (state) => states.push(state), giveUpAfterMs: 20_000, ${client}
      });
      const stream = ${how};
      const read = { text: "", seqs: [], states };
      try {
        for await (const event of stream) {
          read.seqs.push(event.seq);
          read.text += event.chunk?.text ?? "";
          document.querySelector("#text").textContent = read.text;
          ${more.each ?? ""}
        }
      } catch (error) {
        read.error = { code: error.code, ...error.details };
      }
      sluice.close();
      return { error: null, ...read, sessionId: stream.sessionId, outcome: stream.ended?.outcome ?? null };
    })()`);
  }

  const asking = (text: string): string =>
    `sluice.complete({ model: "gpt-told", messages: [{ role: "user", parts: [{ text: ${JSON.stringify(text)} }] }] })`;

  /** The model begins to answer and goes on for ever; resolves when the gateway lets go of it. */
  function hangs(): Promise<void> {
    return new Promise((resolve) => {
      world.model.tell((_request, response) => {
        response.on("close", resolve);
        return { body: chatStream(WORDS).slice(0, 3000), end: "open" };
      });
    });
  }

  function assertOnce(seqs: readonly number[]): void {
    assert.deepEqual(
      seqs,
      [...new Set(seqs)].sort((a, b) => a - b),
    );
  }

  test("streams a masked answer, and the page never holds what was masked", async () => {
    const seen = await read(asking("Hello"));
    assert.equal(seen.text, MASKED);
    assert.equal(seen.outcome, "complete");
    assert.equal(await page.textContent("#text"), MASKED);
    assert.ok(frames.length > 4);
    assert.doesNotMatch(frames.join("\n"), /jane\.r|oe@exam|ple\.com/);
    assert.doesNotMatch(addresses.join(), /ey[A-Za-z0-9_-]{10}/, "the token is in no address");
  });

  test("carries sessions side by side on one socket", async () => {
    const texts = await page.evaluate(`(async () => {
      const { SluiceClient } = await import("sluice/client");
      const sluice = new SluiceClient({ url: ${JSON.stringify(wire.url)}, token: ${JSON.stringify(token)} });
      const read = async (stream) => {
        let text = "";
        for await (const words of stream.text()) text += words;
        return text;
      };
      const texts = await Promise.all([1, 2, 3].map(() => read(${asking("Hello")})));
      sluice.close();
      return texts;
    })()`);
    assert.deepEqual(texts, [MASKED, MASKED, MASKED]);
    assert.equal(addresses.length, 1);
  });

  test("goes on exactly where it was when its connection is cut in mid-stream, twice", async () => {
    world.model.tell(() => ({ body: chatStream(WORDS), cuts: 7, paceMs: 10 }));
    let cuts = 0;
    await page.exposeFunction("cut", () => {
      cuts++;
      wire.cut();
    });
    const each = `if (event.chunk && (read.seqs.length === 12 || read.seqs.length === 30)) await cut();`;
    const seen = await read(asking("Hello"), { each });
    assert.equal(cuts, 2);
    assert.equal(seen.text, WORDS.join(""));
    assertOnce(seen.seqs);
    assert.equal(seen.states.filter((state) => state === "lost").length, 2);
    assert.equal(addresses.length, 3);
    assert.equal(world.model.requests.at(-1)?.path, "/v1/chat/completions");
  });

  test("goes on after the page was loaded again, in words too", async () => {
    world.model.tell(() => ({ body: chatStream(WORDS), cuts: 7, paceMs: 10 }));
    const reached = world.model.requests.length;
    const first = await page.evaluate(`(async () => {
      const { SluiceClient } = await import("sluice/client");
      const sluice = new SluiceClient({ url: ${JSON.stringify(wire.url)}, token: ${JSON.stringify(token)} });
      const stream = ${asking("Hello")};
      let text = "";
      for await (const { seq, chunk } of stream) {
        text += chunk?.text ?? "";
        sessionStorage.setItem("at", JSON.stringify({ id: stream.sessionId, seq, text }));
        if (text.length > 100) return text;
      }
    })()`);
    await page.reload();
    const whole = await page.evaluate(`(async () => {
      const { SluiceClient } = await import("sluice/client");
      const sluice = new SluiceClient({ url: ${JSON.stringify(wire.url)}, token: ${JSON.stringify(token)} });
      const at = JSON.parse(sessionStorage.getItem("at"));
      for await (const words of sluice.attach(at.id, at.seq).text()) at.text += words;
      sluice.close();
      return at.text;
    })()`);
    assert.ok(typeof first === "string" && first.length < WORDS.join("").length);
    assert.equal(whole, WORDS.join(""));
    assert.equal(world.model.requests.length, reached + 1);
  });

  test("cancels: the session ends and the model's connection is closed", async () => {
    const closed = hangs();
    const seen = await read(asking("Hello"), { each: "if (event.chunk) stream.cancel();" });
    assert.equal(seen.error?.code, "cancelled");
    assert.equal(seen.outcome, "cancelled");
    await closed;
    assert.equal(world.running.gateway.liveSessions, 0);
  });

  test("cancels what was asked a moment ago, and what was not sent yet", async () => {
    const unsent = await read(`(() => { const made = ${asking("Hello")}; made.cancel(); return made; })()`);
    assert.deepEqual(unsent.seqs, []);
    assert.equal(unsent.error?.code, "cancelled");
    const closed = hangs();
    const seen = await read(asking("Hello"), {
      each: `if (event.chunk && !globalThis.second) {
        globalThis.second = (() => { const made = ${asking("Hello")}; made.cancel(); return made; })();
        const failed = await (async () => { for await (const _ of globalThis.second); })().catch((e) => e.code);
        if (failed !== "cancelled") throw Object.assign(new Error(failed), { code: failed });
        stream.cancel();
      }`,
    });
    assert.equal(seen.error?.code, "cancelled");
    await closed;
  });

  test("cancels what was asked for although the connection is gone", async () => {
    const closed = hangs();
    await page.exposeFunction("cut", () => wire.cut());
    const each = `if (event.chunk && !globalThis.wasCut) {
      globalThis.wasCut = true;
      await cut();
      while (!states.includes("lost")) await new Promise((resolve) => setTimeout(resolve, 5));
      stream.cancel();
    }`;
    const seen = await read(asking("Hello"), { each });
    assert.equal(seen.error?.code, "cancelled");
    await closed;
  });

  test("throws a denial with its code, policy and rule; no model hears of it", async () => {
    const reached = world.model.requests.length;
    const seen = await read(asking("Summarise project alder"));
    assert.deepEqual(seen.error, {
      code: "policy_denied",
      message: "Codenames must not leave.",
      policy: "staff",
      rule: "no-codenames",
    });
    assert.equal(addresses.length, 1, "a denial is not asked again");
    assert.equal(world.model.requests.length, reached);
  });

  test("throws when the model breaks off", async () => {
    world.model.tell(() => ({ body: chatStream(WORDS).slice(0, 3000), end: "torn", paceMs: 5 }));
    const seen = await read(asking("Hello"));
    assert.equal(seen.error?.code, "upstream_broken");
  });

  test("is told of a wrong token, and asks for another one where it can", async () => {
    const wrong = await read(asking("Hello"), { token: "wrong" });
    assert.equal(wrong.error?.code, "unauthenticated");
    await page.reload();
    const client = `token: () => (globalThis.tried = (globalThis.tried ?? 0) + 1) > 1 ? ${JSON.stringify(token)} : "old",`;
    const fresh = await read(asking("Hello"), { client });
    assert.equal(fresh.text, MASKED);
  });

  test("replays a session of its own", async () => {
    const { sessionId, seqs } = await read(asking("Hello"));
    const again = await read(`sluice.replay(${JSON.stringify(sessionId)}, { speed: "max" })`);
    assert.equal(again.text, MASKED);
    assert.deepEqual(again.seqs, seqs);
  });

  test("gets no connection from a page of another origin, whatever token that holds", async () => {
    await page.close();
    page = await open(foreign.origin);
    const reached = world.model.requests.length;
    const seen = await read(asking("Hello"), { client: "giveUpAfterMs: 0," });
    assert.equal(seen.error?.code, "upstream_unavailable");
    assert.deepEqual(seen.seqs, []);
    assert.match(said.join("\n"), /403/);
    assert.equal(world.model.requests.length, reached);
  });
});
