/** Authority that ends while a model speaks: its socket closes within a second, and every client is told why. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { ServiceError } from "@grpc/grpc-js";
import type { Principal } from "../../src/domain/principal.js";
import type { Seen } from "../contracts/way.js";
import { errorInfo, GrpcClient } from "../frontends/ways/grpc-way.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { keepAlive } from "../support/keep-alive.js";
import { streamedAnswer } from "../support/streams.js";
import { everyWay, type ToldWay } from "../support/ways.js";

keepAlive();

const POLICIES = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai, anthropic]
    models: ["gpt-*", "claude-*"]
    endAtTokenExpiry: true
`;

let world: GatewayWorld;
let ways: readonly ToldWay[] = [];
let closeWays = (): void => {};
let opened: string[] = [];
let closed: string[] = [];

/** A model that says a few words and then nothing, for ever; a prompt is the name of the way. */
function speakForEver(): void {
  opened = [];
  closed = [];
  world.model.tell((request, response) => {
    const name = ways.find((way) => request.body.includes(`hello by ${way.name}"`))?.name ?? "";
    const { stream }: { stream?: boolean } = JSON.parse(request.body);
    opened.push(name);
    response.on("close", () => closed.push(name));
    if (stream !== true) return null;
    response.writeHead(200, { "content-type": "text/event-stream" });
    const whole = streamedAnswer(request.path, Array<string>(20).fill("one word, "));
    const events = whole.split("\n\n");
    response.write(`${events.slice(0, events.length / 2).join("\n\n")}\n\n`);
    return null;
  });
}

/** Waits for so many turns of 50 ms: on a busy machine a turn takes longer, and so may what is waited for. */
async function within(turns: number, condition: () => boolean, what: () => string): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    assert.ok(turn < turns, what());
    await pause(50);
  }
}

const ONE_SECOND = 20;
const missing = (): string =>
  `not closed: ${ways.map(({ name }) => name).filter((name) => !closed.includes(name))}`;

/** Asks by every way at once; resolves when the model speaks on all of them. */
async function beginAll(
  subject: string,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<readonly Promise<Seen>[]> {
  speakForEver();
  const token = await world.token(subject, claims);
  const early: string[] = [];
  const begun = await Promise.all(
    ways.map(async (way) => {
      const asking = { token, prompt: `hello by ${way.name}`, model: way.model };
      if (!way.streams) {
        const seen = way.ask(asking);
        seen.then(
          ({ outcome }) => early.push(`${way.name}: ${outcome}`),
          () => early.push(way.name),
        );
        return { seen };
      }
      const reading = await way.begin(asking);
      await Promise.race([reading.firstText, reading.seen]);
      return reading;
    }),
  );
  await within(
    200,
    () => opened.length >= ways.length,
    () => `opened: ${opened.join(", ")}; ended before: ${early.join(", ")}`,
  );
  return begun.map(({ seen }) => seen);
}

async function endedWith(seen: readonly Promise<Seen>[], outcome: string, message: RegExp): Promise<void> {
  await within(ONE_SECOND, () => closed.length >= ways.length, missing);
  for (const [index, way] of ways.entries()) {
    const {
      outcome: found,
      message: said,
      text,
    } = (await seen[index]) ?? { outcome: "", message: "", text: "" };
    assert.equal(found, outcome, way.name);
    assert.match(said, message, way.name);
    assert.equal(text.startsWith("one word"), way.streams, way.name);
  }
}

/** Sessions of one subject that run. */
async function sessionsOf(subject: string): Promise<readonly string[]> {
  const { items } = await world.running.log.list({}, { limit: 200 });
  return items
    .filter((item) => item.principal.subject === subject && item.outcome === null)
    .map(({ session }) => session);
}

const principal = (subject: string, more: Partial<Principal> = {}): Principal => ({
  issuer: world.issuer.issuer,
  subject,
  groups: [],
  roles: ["caller"],
  team: null,
  tenant: world.issuer.issuer,
  attributes: {},
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  ...more,
});

describe("authority over what runs", () => {
  before(async () => {
    world = await openGateway("", POLICIES);
    ({ ways, close: closeWays } = everyWay(world));
  });
  after(async () => {
    closeWays();
    await world.close();
  });

  it("ends with the token, where the policy says so", async () => {
    for (let lifeS = 3; ; lifeS *= 2) {
      assert.ok(lifeS < 100, "the sessions do not begin in time");
      const exp = Math.ceil(Date.now() / 1000) + lifeS;
      const seen = await beginAll(`short-${lifeS}`, { exp });
      // On a machine so busy that the token expired while they began, it is tried with a longer life.
      if (Date.now() >= exp * 1000 - 500) continue;
      await pause(exp * 1000 - Date.now() - 300);
      assert.deepEqual(closed, []);
      await pause(Math.max(0, exp * 1000 - Date.now()));
      return endedWith(seen, "token_expired", /expired/);
    }
  });

  it("ends with an operator's stop", async () => {
    const seen = await beginAll("stopped");
    const operator = principal("op", { roles: ["caller", "operator"] });
    for (const session of await sessionsOf("stopped"))
      assert.ok(await world.running.gateway.stop(session, operator, "enough of it"));
    await endedWith(seen, "stopped", /enough of it/);
  });

  it("ends with the caller's cancel", async () => {
    const seen = await beginAll("cancelling");
    for (const session of await sessionsOf("cancelling"))
      assert.ok(await world.running.gateway.cancel(session, principal("cancelling")));
    await endedWith(seen, "cancelled", /cancel/);
  });

  it("ends with a policy that denies it, and with nothing less", async () => {
    const seen = await beginAll("tightened");
    const file = join(world.folder, "policies.yaml");
    await writeFile(file, `${POLICIES}    prompt: [{ id: small, limit: { completionTokens: 5 } }]\n`);
    assert.equal(world.running.reload().outcome, "replaced");
    await pause(200);
    assert.deepEqual(closed, [], "a smaller limit does not reach back");
    await writeFile(
      file,
      `${POLICIES}    prompt: [{ id: no-hello, deny: { words: [hello], message: "Not any more." } }]\n`,
    );
    assert.equal(world.running.reload().outcome, "replaced");
    await endedWith(seen, "policy_denied", /Not any more/);
    await writeFile(file, POLICIES);
    world.running.reload();
  });

  const revocations: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    [
      "the revocation of its subject",
      (text) => text.replace("identity:", "identity:\n  revoked: [revoked-1]"),
      /revoked/,
    ],
    ["the block of its issuer", (text) => text.replace("typ: at", "blocked: true\n      typ: at"), /issuer/],
    ["the kill switch", (text) => text.replace("identity:", "identity:\n  blockAll: true"), /kill switch/],
  ];
  for (const [index, [name, change, message]] of revocations.entries()) {
    it(`ends with ${name}`, async () => {
      const seen = await beginAll(`revoked-${index + 1}`);
      const before = await readFile(world.file, "utf8");
      await writeFile(world.file, change(before));
      world.running.reload();
      await endedWith(seen, "permission_denied", message);
      await writeFile(world.file, before);
      world.running.reload();
    });
  }

  it("ends for those who look on, too, when they are shut out", async () => {
    const seen = await beginAll("watched");
    const [session = ""] = await sessionsOf("watched");
    const token = await world.token("looker", { groups: ["platform", "compliance"] });
    const client = new GrpcClient(world.grpcAddress);
    const told: string[] = [];
    for (const [path, request] of [
      ["Sessions/Follow", { sessionId: session }],
      ["Approvals/Watch", {}],
    ] as const) {
      const call = client.stream(path, request, { token });
      call.on("data", () => {});
      call.on("error", (error: ServiceError) => told.push(`${path} ${errorInfo(error).reason}`));
    }
    const response = await fetch(`${world.url}/v1/sessions/${session}/stream`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(response.status, 200);
    await pause(300);
    assert.deepEqual(told, []);
    const before = await readFile(world.file, "utf8");
    await writeFile(world.file, before.replace("identity:", "identity:\n  revoked: [looker]"));
    world.running.reload();
    assert.match(await response.text(), /permission_denied/);
    await within(
      ONE_SECOND,
      () => told.length === 2,
      () => told.join(", "),
    );
    assert.deepEqual(told.sort(), ["Approvals/Watch PERMISSION_DENIED", "Sessions/Follow PERMISSION_DENIED"]);
    assert.deepEqual(closed, [], "the watched sessions go on");
    client.close();
    await writeFile(world.file, before);
    world.running.reload();
    for (const each of await sessionsOf("watched"))
      await world.running.gateway.cancel(each, principal("watched"));
    await Promise.all(seen);
  });

  it("ends with the connection, where the dialect has no other cancel", async () => {
    speakForEver();
    const token = await world.token("gone");
    // A stream of /v1/stream runs on for the grace, in which the client may come back.
    const leaving = ways.filter(({ name, streams }) => streams && name !== "WebSocket");
    const readings = await Promise.all(
      leaving.map(async (way) => {
        const reading = await way.begin({ token, prompt: `hello by ${way.name}`, model: way.model });
        await reading.firstText;
        return reading;
      }),
    );
    for (const reading of readings) reading.drop();
    await within(ONE_SECOND, () => closed.length >= leaving.length, missing);
  });
});
