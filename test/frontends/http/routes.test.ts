import { strict as assert } from "node:assert";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { keepAlive } from "../../support/keep-alive.js";
import { type GatewayWorld, openWorld } from "../gateway-world.js";

keepAlive();

describe("HTTP routes", () => {
  let world: GatewayWorld;
  let ada: string;
  let reviewer: string;

  before(async () => {
    world = await openWorld(
      "origins: [https://chat.example.com]\napprovals: { plainWait: 1s, heartbeat: 1s }",
    );
    ada = await world.token("ada", ["staff"]);
    reviewer = await world.token("rita", ["compliance"]);
  });
  after(() => world?.close());

  function get(path: string, headers: Record<string, string> = {}, token = ada): Promise<Response> {
    return fetch(`${world.httpUrl}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  }

  function chat(
    prompt: string,
    more: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${world.httpUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ada}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({
        model: "demo",
        stream: true,
        messages: [{ role: "user", content: prompt }],
        ...more,
      }),
    });
  }

  async function ask(prompt: string): Promise<string> {
    const response = await chat(prompt);
    await response.text();
    return response.headers.get("x-sluice-session") ?? "";
  }

  test("a stream carries ids, the session and the terminator, and may not be cached or changed", async () => {
    const response = await chat("repeat: hi there");
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.match(response.headers.get("cache-control") ?? "", /no-cache.*no-transform/);
    assert.match(response.headers.get("x-sluice-session") ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(response.headers.get("x-request-id"), response.headers.get("request-id"));
    const text = await response.text();
    assert.match(text, /^id: \d+\ndata: \{/m);
    assert.ok(text.endsWith("data: [DONE]\n\n"));
  });

  test("a denial is a status and a body, not a stream, and no SDK sends it again", async () => {
    const response = await chat("project alder");
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("x-should-retry"), "false");
    assert.match(response.headers.get("content-type") ?? "", /json/);
    const body: { error: { code: string; message: string } } = JSON.parse(await response.text());
    assert.equal(body.error.code, "policy_denied");
    assert.equal(body.error.message, "Codenames must not leave.");
  });

  test("a review gets its headers at once and comments while it lasts; an approval lets the answer through", async () => {
    const response = await chat("What was Q3 revenue?");
    assert.equal(response.status, 200);
    const reader = response.body?.getReader();
    assert.ok(reader !== undefined);
    let text = "";
    while (!text.includes(": waiting")) text += Buffer.from((await reader.read()).value ?? []).toString();
    const [approval] = world.running.approvals.list(await world.principal(reviewer), { states: ["pending"] });
    assert.ok(approval !== undefined);
    const { digest, version: expectedVersion } = approval;
    const vote = { verdict: "approve", reason: "public by now", expectedVersion, digest } as const;
    await world.running.approvals.vote(approval.id, await world.principal(reviewer), vote);
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += Buffer.from(part.value).toString();
    assert.match(text, /million/);
    assert.ok(text.endsWith("data: [DONE]\n\n"));
  });

  test("a rejected review ends a stream that has begun with the dialect's error and no terminator", async () => {
    const response = await chat("What was Q3 revenue, in francs?");
    assert.equal(response.status, 200);
    const principal = await world.principal(reviewer);
    const [approval] = world.running.approvals.list(principal, { states: ["pending"] });
    assert.ok(approval !== undefined);
    const { digest, version: expectedVersion } = approval;
    await world.running.approvals.vote(approval.id, principal, {
      verdict: "reject",
      reason: "no",
      expectedVersion,
      digest,
    });
    const text = await response.text();
    assert.match(text, /"code":"approval_rejected"/);
    assert.ok(!text.includes("[DONE]"));
  });

  test("a plain request waits for its review and is then told to come again; the repeat joins it", async () => {
    const plain = (): Promise<Response> => chat("Tell me the Q3 revenue", { stream: false });
    const response = await plain();
    assert.ok([400, 403].includes(response.status), String(response.status));
    assert.match(await response.text(), /approval_pending/);
    const again = plain();
    const principal = await world.principal(reviewer);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const pending = world.running.approvals.list(principal, { states: ["pending"] });
    assert.equal(pending.length, 1);
    const [approval] = pending;
    assert.ok(approval !== undefined);
    const { digest, version: expectedVersion } = approval;
    await world.running.approvals.vote(approval.id, principal, {
      verdict: "approve",
      reason: "fine",
      expectedVersion,
      digest,
    });
    assert.equal((await again).status, 200);
  });

  test("bodies that are no JSON object are refused before anything is done", async () => {
    const post = (body: string | null, type: string): Promise<Response> =>
      fetch(`${world.httpUrl}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${ada}`, ...(type === "" ? {} : { "content-type": type }) },
        body,
      });
    assert.equal((await post('{"model":', "application/json")).status, 400);
    assert.equal((await post("[]", "application/json")).status, 400);
    assert.equal((await post('{"model":"demo","model":"x"}', "application/json")).status, 400);
    assert.equal((await post("", "application/json")).status, 400);
    assert.match(await (await post("a=b", "application/x-www-form-urlencoded")).text(), /content-type/);
    assert.equal((await post("{}", "application/json; charset=utf-8")).status, 400);
  });

  test("a body that grows beyond the limit without saying its length is cut off while it is read", async () => {
    const piece = new Uint8Array(32 * 1024).fill(0x20);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(piece) });
    const init: RequestInit & { duplex: "half" } = {
      method: "POST",
      duplex: "half",
      headers: { authorization: `Bearer ${ada}`, "content-type": "application/json" },
      body: endless,
    };
    const response = await fetch(`${world.httpUrl}/v1/chat/completions`, init).catch(() => null);
    // A client that writes on for ever may see the connection torn before it has read the answer.
    if (response !== null) assert.equal(response.status, 413);
    assert.equal((await get("/livez")).status, 200);
  });

  test("an unknown route, a wrong method and two different credentials are named", async () => {
    assert.equal((await get("/v1/nothing")).status, 404);
    const wrong = await get("/v1/chat/completions");
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get("allow"), "POST");
    assert.equal((await get("/v1/models", { "x-api-key": "another" })).status, 400);
    assert.equal((await get("/v1/models/%zz")).status, 400);
  });

  test("a challenge says invalid_token only where a token came", async () => {
    const none = await fetch(`${world.httpUrl}/v1/models`);
    assert.equal(none.status, 401);
    assert.equal(none.headers.get("www-authenticate"), 'Bearer realm="sluice"');
    const wrong = await get("/v1/models", {}, "wrong");
    assert.match(wrong.headers.get("www-authenticate") ?? "", /^Bearer .*error="invalid_token"/);
    const basic = await fetch(`${world.httpUrl}/v1/models`, { headers: { authorization: "Basic YTpi" } });
    assert.equal(basic.status, 401);
  });

  test("models are listed as far as policy lets the caller use them", async () => {
    const list: { object: string; data: { id: string }[] } = JSON.parse(
      await (await get("/v1/models")).text(),
    );
    assert.equal(list.object, "list");
    assert.deepEqual(
      list.data.map(({ id }) => id),
      ["demo", "slow", "dead"],
    );
    const nobody = await world.token("nobody", ["visitors"]);
    const empty: { data: unknown[] } = JSON.parse(await (await get("/v1/models", {}, nobody)).text());
    assert.deepEqual(empty.data, []);
    assert.equal((await get("/v1/models/demo")).status, 200);
    assert.equal((await get("/v1/models/other")).status, 404);
    const anthropic: { data: { type: string }[]; has_more: boolean } = JSON.parse(
      await (await get("/v1/models", { "anthropic-version": "2023-06-01" })).text(),
    );
    assert.equal(anthropic.has_more, false);
    assert.equal(anthropic.data[0]?.type, "model");
  });

  test("an EventSource goes on after the id that it saw, and is sent away when there is no more", async () => {
    const session = await ask("draft the reply to the customer");
    const whole = await (await get(`/v1/sessions/${session}/stream`)).text();
    const ids = [...whole.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    assert.deepEqual(ids.slice(0, 3), [1, 2, 3]);
    const rest = await (
      await get(`/v1/sessions/${session}/stream`, { "last-event-id": String(ids[4]) })
    ).text();
    assert.ok(whole.endsWith(rest));
    assert.deepEqual(
      [...rest.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
      ids.slice(5),
    );
    assert.equal((await get(`/v1/sessions/${session}/stream?after=${ids.at(-1)}`)).status, 204);
    assert.equal((await get(`/v1/sessions/${session}/stream?after=99999`)).status, 400);
    assert.equal((await get(`/v1/sessions/${session}/stream?after=-1`)).status, 400);
  });

  test("a replay over HTTP gives the same events, and checks its speed", async () => {
    const session = await ask("repeat: play it again");
    const live = await (await get(`/v1/sessions/${session}/stream`)).text();
    const replay = await (await get(`/v1/sessions/${session}/stream?speed=max`)).text();
    assert.equal(replay, live);
    for (const speed of ["0", "17", "fast", ""]) {
      assert.equal((await get(`/v1/sessions/${session}/stream?speed=${speed}`)).status, 400, speed);
    }
  });

  test("sessions are listed to their caller, to an auditor of the team, and to nobody else", async () => {
    const session = await ask("repeat: mine");
    const ids = async (token: string): Promise<readonly string[]> => {
      const page: { items: { sessionId: string }[] } = JSON.parse(
        await (await get("/v1/sessions?limit=500", {}, token)).text(),
      );
      return page.items.map(({ sessionId }) => sessionId);
    };
    assert.ok((await ids(ada)).includes(session));
    assert.ok((await ids(await world.token("aud", ["audit"]))).includes(session));
    assert.ok((await ids(await world.token("op", ["platform"]))).includes(session));
    assert.deepEqual(await ids(await world.token("aud", ["audit"], { team: "other" })), []);
    assert.deepEqual(await ids(await world.token("eve", ["staff"])), []);
    assert.equal((await get(`/v1/sessions/${session}`, {}, await world.token("eve", ["staff"]))).status, 404);
    const own: { requestJson: string } = JSON.parse(await (await get(`/v1/sessions/${session}`)).text());
    assert.match(own.requestJson, /repeat: mine/);
    for (const query of [
      "limit=0x",
      "limit=501",
      "from=yesterday",
      "decision=maybe",
      "outcome=fine",
      "after=x",
    ]) {
      assert.equal((await get(`/v1/sessions?${query}`)).status, 400, query);
    }
  });

  test("pages of a configured origin may read answers, others may not", async () => {
    const page = await get("/v1/models", { origin: "https://chat.example.com" });
    assert.equal(page.headers.get("access-control-allow-origin"), "https://chat.example.com");
    const other = await get("/v1/models", { origin: "https://evil.example" });
    assert.equal(other.headers.get("access-control-allow-origin"), null);
    const preflight = await fetch(`${world.httpUrl}/v1/chat/completions`, {
      method: "OPTIONS",
      headers: { origin: "https://chat.example.com", "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
  });

  test("a token of 20 KB is read, headers beyond 64 KiB are answered with 431", async () => {
    assert.equal((await get("/v1/models", {}, "x".repeat(20_000))).status, 401);
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(world.running.http.port, "127.0.0.1", () =>
        socket.write(`GET /livez HTTP/1.1\r\nhost: x\r\nx-big: ${"x".repeat(70_000)}\r\n\r\n`),
      );
      socket.on("data", (piece) => {
        text += piece.toString();
      });
      socket.on("close", () => resolve(text));
      socket.on("error", () => {});
    });
    assert.match(answer, /^HTTP\/1\.1 431 /);
  });

  test("is ready while it takes work, and says why not when it does not", async () => {
    assert.equal((await fetch(`${world.httpUrl}/livez`)).status, 200);
    assert.equal((await fetch(`${world.httpUrl}/readyz`)).status, 200);
  });

  test("the same Idempotency-Key is the same session", async () => {
    const first = await chat("repeat: once", {}, { "idempotency-key": "k-1" });
    await first.text();
    const second = await chat("repeat: once", {}, { "idempotency-key": "k-1" });
    assert.match(await second.text(), /once|"on"/);
    assert.equal(second.headers.get("x-sluice-session"), first.headers.get("x-sluice-session"));
    assert.equal((await chat("hi", {}, { "idempotency-key": "k".repeat(256) })).status, 400);
  });
});
