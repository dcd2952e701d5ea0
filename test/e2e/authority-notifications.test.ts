/** Who is told of reviews, by signed webhooks and by Slack, through the whole gateway. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Webhook } from "standardwebhooks";
import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { runCli } from "../cli/run-cli.js";
import { type GatewayFolder, openFolder } from "../support/gateway.js";
import { REVIEWER, vote } from "../support/reviewer.js";
import { answerTo } from "../support/streams.js";
import { type ReceivedHook, startReceiver, type WebhookReceiver } from "../support/webhook-receiver.js";

const SECRET = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const NEXT = `whsec_${Buffer.alloc(32, 6).toString("base64")}`;
const PROMPT = "what was q3 revenue of the copper-lantern plan?";

describe("notifications of reviews", () => {
  let place: GatewayFolder;
  let hooks: WebhookReceiver;
  let slack: WebhookReceiver;
  let running: Running;
  const logged: string[] = [];

  const start = (): Promise<Running> => {
    const note = (fields: object, text: string): void =>
      void logged.push(JSON.stringify({ text, ...fields }));
    return compose(loadConfig(place.file, { SLACK_URL: slack.url }), { info: note, warn: note, error: note });
  };

  before(async () => {
    hooks = await startReceiver();
    slack = await startReceiver();
    place = await openFolder(`notifications:
  link: "https://sluice.example.com/approvals/{id}"
  webhooks:
    - { name: desk, url: "${hooks.url}", secrets: [{ file: ./hook-next }, { file: ./hook-now }], reviewers: [compliance] }
    - { name: others, url: "${hooks.url}-others", secrets: [{ file: ./hook-now }], reviewers: [nobody] }
  slack:
    - { name: channel, url: { env: SLACK_URL } }
`);
    await writeFile(join(place.folder, "hook-now"), SECRET);
    await writeFile(join(place.folder, "hook-next"), NEXT);
    place.model.tell((request) => answerTo(request, "48 million"));
    running = await start();
  });
  after(async () => {
    await running.close();
    await place.close();
    await hooks.close();
    await slack.close();
  });

  async function ask(prompt: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${running.http.port}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${await place.token("dora")}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-told", messages: [{ role: "user", content: prompt }] }),
    });
  }

  const pending = () => running.approvals.list(REVIEWER, { states: ["pending"] })[0];

  function decide(verdict: "approve" | "reject") {
    const approval = pending();
    assert.ok(approval !== undefined);
    return vote(running, approval, { verdict, reason: "The copper-lantern plan is public." });
  }

  interface Told {
    readonly type: string;
    readonly data: Readonly<Record<string, unknown>>;
  }

  /** What a receiver with this secret makes of it. */
  const verified = ({ body, headers }: ReceivedHook, secret: string): Told =>
    new Webhook(secret).verify(body, { ...headers }) as Told;

  it("come signed, with who, rule, expiry and how to decide, and without a word of the prompt", async () => {
    const answering = ask(PROMPT);
    await Promise.all([hooks.until(1), slack.until(1)]);
    const approval = pending();
    assert.ok(approval !== undefined);
    const [hook] = hooks.received;
    assert.ok(hook !== undefined);
    const told = verified(hook, SECRET);
    assert.deepEqual(verified(hook, NEXT), told);
    assert.equal(told.type, "approval.requested");
    assert.equal(hook.headers["webhook-id"], `${approval.id}-requested`);
    const { data } = told;
    assert.deepEqual(
      [data["approvalId"], data["state"], data["policy"], data["rule"], data["model"], data["expiresAt"]],
      [approval.id, "pending", "staff", "earnings", "gpt-told", new Date(approval.expiresAtMs).toISOString()],
    );
    assert.equal((data["requester"] as { subject: string }).subject, "dora");
    assert.equal(data["link"], `https://sluice.example.com/approvals/${approval.id}`);
    assert.equal(data["command"], `sluice approvals show ${approval.id}`);
    const message = JSON.parse(slack.received[0]?.body ?? "{}");
    const texts = JSON.stringify(message.blocks);
    for (const part of ["dora", "staff/earnings", approval.id, "sluice approvals show", "compliance"])
      assert.ok(texts.includes(part), part);
    assert.equal(message.blocks.at(-1).elements[0].url, data["link"]);

    await decide("approve");
    assert.equal((await answering).status, 200);
    await Promise.all([hooks.until(2), slack.until(2)]);
    const settled = verified(hooks.received[1] ?? hook, SECRET);
    assert.deepEqual([settled.type, settled.data["state"]], ["approval.settled", "approved"]);
    assert.match(slack.received[1]?.body ?? "", /Review approved.*Decided by: rita/);
    // Neither the question nor the reviewer's free text.
    for (const { body } of [...hooks.received, ...slack.received]) assert.ok(!/copper|lantern/.test(body));
    assert.ok(hooks.received.every(({ path }) => path === "/hook"));
  });

  it("are announced after a restart only where they were not before", async () => {
    const seen = hooks.received.length;
    hooks.answer({ status: 503 });
    const answering = ask(`${PROMPT} again`).catch(() => null);
    await hooks.until(seen + 1);
    await slack.until(3);
    await running.close();
    await answering;
    running = await start();
    await hooks.until(seen + 2);
    const ids = hooks.received.slice(seen).map(({ headers }) => headers["webhook-id"]);
    assert.equal(ids[0], ids[1]);
    await decide("reject");
    await hooks.until(seen + 3);
    await slack.until(4);
    assert.match(slack.received[3]?.body ?? "", /Review rejected/);
    assert.equal(slack.received.length, 4);
  });

  it("keep no word and no secret in the folders or the log", async () => {
    // What is delivered is removed while the folder is read.
    let bytes: string | null = null;
    for (let tries = 0; bytes === null && tries < 50; tries++)
      bytes = await place.written("approvals").catch(() => null);
    assert.ok(bytes !== null);
    assert.ok(!/copper|Review wanted|approval\.requested/.test(bytes));
    assert.ok(!logged.join("\n").includes(SECRET.slice(6)) && !logged.join("\n").includes(slack.url));
  });

  it("are looked at by doctor", async () => {
    const { stdout } = await runCli(["doctor", "--config", place.file, "--json", "--offline"]);
    const { items }: { items: { check: string; state: string; seen: string }[] } = JSON.parse(stdout);
    const found = items.filter(({ check }) => check.startsWith("notifications"));
    assert.deepEqual(
      found.map(({ check, state }) => `${check} ${state}`),
      ["notifications desk ok", "notifications others ok", "notifications channel broken"],
    );
    assert.match(found[2]?.seen ?? "", /SLACK_URL is not set/);
  });
});

describe("notifications in the configuration", () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['webhooks: [{ name: a, url: "http://hooks.example.com", secrets: [{ env: S }] }]', /must be https/],
    ['webhooks: [{ name: a, url: "https://h.example", secrets: ["whsec_x"] }]', /never stands in the file/],
    ['webhooks: [{ name: a, url: "https://h.example", secrets: [] }]', /secrets/],
    ["webhooks: [{ name: a, url: nothing, secrets: [{ env: S }] }]", /must be an https URL/],
    ['slack: [{ name: a, url: "https://hooks.slack.example/x" }]', /never stands in the file/],
    ["slack: [{ name: a, url: { env: S } }, { name: a, url: { env: S } }]", /"a" stands twice/],
    ['link: "https://sluice.example.com/"', /\{id\}/],
  ];
  for (const [written, why] of refused) {
    it(`refuses with its place: ${written}`, async () => {
      const place = await openFolder(`notifications: { ${written} }\n`);
      assert.throws(
        () => loadConfig(place.file, {}),
        (error: Error) =>
          why.test(error.message) && /sluice\.yaml:\d+:\d+: notifications/.test(error.message),
      );
      await place.close();
    });
  }
});
