import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type GatewayWorld, openGateway } from "../support/gateway.js";

const CHUNK = (text: string): string =>
  `data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "gpt-x", choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`;

/** A model that says a word every few milliseconds and never ends; tells when its socket closes. */
function endless(world: GatewayWorld): { closed: Promise<number>; opened: Promise<void> } {
  let tell: (atMs: number) => void = () => {};
  let open: () => void = () => {};
  const closed = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  world.model.tell((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(() => response.write(CHUNK("word ")), 5);
    response.on("close", () => {
      clearInterval(timer);
      tell(performance.now());
    });
    open();
    return null;
  });
  return { closed, opened };
}

interface Ask {
  readonly token: string;
  readonly prompt?: string;
  readonly signal?: AbortSignal;
}

function ask(world: GatewayWorld, { token, prompt = "hello", signal }: Ask): Promise<Response> {
  return fetch(`${world.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-x", stream: true, messages: [{ role: "user", content: prompt }] }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function outcomeOf(world: GatewayWorld, session: string): Promise<string | null> {
  for (let tries = 0; tries < 100; tries++) {
    const { items } = await world.running.log.list({}, { limit: 50 });
    const found = items.find((item) => item.session === session);
    if (found?.outcome !== null && found?.outcome !== undefined) return found.outcome;
    await pause(10);
  }
  return null;
}

describe("live authority over a running session", () => {
  let world: GatewayWorld;
  before(async () => {
    world = await openGateway();
  });
  after(() => world.close());

  it("closes the upstream within a second when the client goes away", async () => {
    const { closed } = endless(world);
    const gone = new AbortController();
    const response = await ask(world, { token: await world.token("a"), signal: gone.signal });
    const session = response.headers.get("x-sluice-session") ?? "";
    const goneMs = performance.now();
    gone.abort();
    assert.ok((await closed) - goneMs < 1000);
    assert.equal(await outcomeOf(world, session), "cancelled");
  });

  it("closes the upstream within a second of an operator's stop, and tells the client why", async () => {
    const { closed } = endless(world);
    const response = await ask(world, { token: await world.token("b") });
    const session = response.headers.get("x-sluice-session") ?? "";
    const operator = { ...PERSON, subject: "op", roles: ["caller", "operator"] as const };
    const stoppedMs = performance.now();
    assert.equal(await world.running.gateway.stop(session, operator, "enough"), true);
    assert.ok((await closed) - stoppedMs < 1000);
    assert.match(await response.text(), /stopped: enough/);
    assert.equal(await outcomeOf(world, session), "stopped");
  });

  it("finds no session of somebody else to stop or to cancel", async () => {
    const { closed } = endless(world);
    const gone = new AbortController();
    const response = await ask(world, { token: await world.token("c"), signal: gone.signal });
    const session = response.headers.get("x-sluice-session") ?? "";
    await assert.rejects(world.running.gateway.stop(session, PERSON, "why not"), { code: "not_found" });
    await assert.rejects(world.running.gateway.cancel(session, PERSON), { code: "not_found" });
    gone.abort();
    await closed;
  });

  it("ends running sessions that new policies deny, and keeps the old ones when the file is bad", async () => {
    const { closed } = endless(world);
    const response = await ask(world, { token: await world.token("d"), prompt: "tell me about gardens" });
    const before = world.running.policies.current.version;
    const file = join(world.folder, "policies.yaml");
    await writeFile(file, "policies: [{ nme: x }]");
    const refused = world.running.reload();
    assert.ok(refused.outcome === "refused" && /policies\.yaml:1:\d+/.test(refused.error.message));
    assert.equal(world.running.policies.current.version, before);
    await writeFile(
      file,
      `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai]
    models: ["gpt-*"]
    prompt: [{ id: no-gardens, deny: { pattern: "gardens", message: "Not any more." } }]
`,
    );
    const changedMs = performance.now();
    assert.equal(world.running.reload().outcome, "replaced");
    assert.ok((await closed) - changedMs < 1000);
    assert.match(await response.text(), /Not any more/);
  });
});

const PERSON = {
  issuer: "https://issuer.example",
  subject: "nobody",
  groups: [],
  roles: ["caller"],
  team: null,
  tenant: "https://issuer.example",
  attributes: {},
  expiresAtMs: Number.MAX_SAFE_INTEGER,
} as const;

describe("a session whose caller's token expires", () => {
  it("ends then if the policy says so", async () => {
    const world = await openGateway(
      "",
      `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai]
    models: ["gpt-*"]
    endAtTokenExpiry: true
`,
    );
    try {
      const { closed } = endless(world);
      const exp = Math.floor(Date.now() / 1000) + 2;
      const response = await ask(world, { token: await world.token("e", { exp }) });
      const closedMs = performance.timeOrigin + (await closed);
      assert.ok(closedMs > exp * 1000 - 50 && closedMs < exp * 1000 + 1000, `${closedMs - exp * 1000}`);
      assert.match(await response.text(), /token has expired/);
    } finally {
      await world.close();
    }
  });
});

describe("capacity", () => {
  it("refuses beyond the limit with a time to come back, and goes on with what runs", async () => {
    const world = await openGateway("limits: { sessions: 1 }\n");
    try {
      endless(world);
      const gone = new AbortController();
      const first = await ask(world, { token: await world.token("f"), signal: gone.signal });
      const second = await ask(world, { token: await world.token("g") });
      assert.equal(second.status, 429);
      assert.ok(Number(second.headers.get("retry-after")) > 0);
      const reader = first.body?.getReader();
      assert.ok(((await reader?.read())?.value?.length ?? 0) > 0);
      gone.abort();
    } finally {
      await world.close();
    }
  });
});
