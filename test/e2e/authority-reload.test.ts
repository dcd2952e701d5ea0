/** What an operator changes while the gateway runs, and what is refused. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runCli } from "../cli/run-cli.js";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { plainAnswer } from "../support/streams.js";

const POLICIES = `policies:
  - name: staff
    who: { everyone: true }
    connections: [openai]
    models: ["gpt-*"]
`;

const INLINE = `policies:
  - name: staff
    who: { groups: [engineering] }
    connections: [openai]
    models: ["gpt-*"]
    prompt: [{ id: no-birch, deny: { topic: birch } }]
topics:
  birch: { words: [birch] }
`;

function answering(world: GatewayWorld): GatewayWorld {
  world.model.tell(({ path }) => ({
    body: plainAnswer(path, "yes"),
    headers: { "content-type": "application/json" },
  }));
  return world;
}

async function ask(world: GatewayWorld, token: string, prompt = "hello"): Promise<string> {
  const response = await fetch(`${world.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-told", messages: [{ role: "user", content: prompt }] }),
  });
  const body = (await response.json()) as { error?: { message: string } };
  return body.error === undefined ? `${response.status}` : `${response.status} ${body.error.message}`;
}

/** Changes the configuration file as an operator with an editor would, and tells the gateway. */
async function edit(world: GatewayWorld, change: (text: string) => string) {
  await writeFile(world.file, change(await readFile(world.file, "utf8")));
  return world.running.reload();
}

const figures = async ({ running: { metrics } }: GatewayWorld): Promise<string> =>
  (await fetch(`http://127.0.0.1:${metrics?.port}/metrics`)).text();

describe("a reload", () => {
  let world: GatewayWorld;
  let token = "";
  before(async () => {
    world = answering(await openGateway());
    token = await world.token("jane");
    await edit(world, (text) => text.replace("grpc:", "metrics: 127.0.0.1:0, grpc:"));
  });
  after(() => world.close());

  it("names the parts that a running gateway does not take up", () => {
    assert.match(world.logged.join("\n"), /take effect at the next start.*"changed":\["listen"\]/);
  });

  it("revokes a subject of one issuer, and gives the access back", async () => {
    assert.equal(await ask(world, token), "200");
    const revoked = `identity:\n  revoked: [{ subject: jane, issuer: "${world.issuer.issuer}" }]`;
    await edit(world, (text) => text.replace("identity:", revoked));
    assert.match(await ask(world, token), /^403 .*revoked/);
    assert.equal(await ask(world, await world.token("joan")), "200");
    await edit(world, (text) => text.replace(revoked, "identity:"));
    assert.equal(await ask(world, token), "200");
  });

  it("blocks one issuer, and everybody", async () => {
    await edit(world, (text) => text.replace("typ: at+jwt", "typ: at+jwt\n      blocked: true"));
    assert.match(await ask(world, token), /^403 Tokens of this issuer are refused/);
    await edit(world, (text) => text.replace("\n      blocked: true", ""));
    await edit(world, (text) => text.replace("identity:", "identity:\n  blockAll: true"));
    assert.match(await ask(world, token), /^403 .*kill switch/);
    await edit(world, (text) => text.replace("\n  blockAll: true", ""));
    assert.equal(await ask(world, token), "200");
  });

  it("refuses a revocation of an issuer that is not configured, with its place", async () => {
    const reload = await edit(world, (text) =>
      text.replace("identity:", 'identity:\n  revoked: [{ subject: x, issuer: "https://other.example" }]'),
    );
    assert.ok(reload.outcome === "refused");
    assert.match(
      reload.error.message,
      /sluice\.yaml:3:35: identity\.revoked\[0\]\.issuer: "https:\/\/other\.example" is not configured/,
    );
    await edit(world, (text) => text.replace(/\n {2}revoked: .*/, ""));
  });

  it("shuts a subject out even where the policies beside are refused", async () => {
    const policies = join(world.folder, "policies.yaml");
    const good = await readFile(policies, "utf8");
    await writeFile(policies, "policies: []");
    const reload = await edit(world, (text) => text.replace("identity:", "identity:\n  revoked: [jane]"));
    assert.equal(reload.outcome, "refused");
    assert.match(await ask(world, token), /^403 .*revoked/);
    await writeFile(policies, good);
    await edit(world, (text) => text.replace("\n  revoked: [jane]", ""));
    assert.equal(await ask(world, token), "200");
  });
});

describe("a reload that is refused", () => {
  let world: GatewayWorld;
  before(async () => {
    world = answering(await openGateway("", POLICIES, { metrics: true }));
  });
  after(() => world.close());

  /** The configuration as the gateway's ports turned out to be, beside the same policies. */
  async function doctor(): Promise<readonly { check: string; state: string; seen: string }[]> {
    const file = join(world.folder, "bound.yaml");
    const { http, grpc } = world.running;
    const bound = (await readFile(world.file, "utf8")).replace(
      /^listen: .*$/m,
      `listen: { http: "127.0.0.1:${http.port}", grpc: "127.0.0.1:${grpc.port}" }`,
    );
    await writeFile(file, bound);
    const { stdout } = await runCli(["doctor", "--config", file, "--json", "--offline"]);
    const told: { items: { check: string; state: string; seen: string }[] } = JSON.parse(stdout);
    return told.items.filter(({ check }) => check === "policies in force" || check === "policies");
  }

  const readiness = async (): Promise<unknown> => {
    const response = await fetch(`${world.url}/readyz`);
    assert.equal(response.status, 200);
    return ((await response.json()) as { policies?: unknown }).policies;
  };

  it("shows in the log, the figures, readiness and doctor until one succeeds", async () => {
    const token = await world.token("jane");
    const { version } = world.running.policies.current;
    const policies = join(world.folder, "policies.yaml");
    assert.deepEqual(
      (await doctor()).map(({ state }) => state),
      ["ok", "ok"],
    );
    await writeFile(policies, POLICIES.replace("everyone", "evryone"));
    assert.equal(world.running.reload().outcome, "refused");
    assert.equal(await ask(world, token), "200");
    assert.match(
      world.logged.find((line) => /reload was refused/.test(line)) ?? "",
      /policies\.yaml:3:\d+: /,
    );
    assert.match(await figures(world), /^sluice_reload_refused 1$/m);
    assert.match(await figures(world), /^sluice_reloads_total\{outcome="refused"\} 1$/m);
    assert.deepEqual(await readiness(), { reload: "refused", version });
    const [file, gateway] = await doctor();
    assert.deepEqual([file?.state, gateway?.state], ["broken", "broken"]);
    assert.match(gateway?.seen ?? "", /refused its last reload/);

    await writeFile(policies, POLICIES.replace("staff", "all"));
    assert.match((await doctor())[1]?.seen ?? "", /refused its last reload/);
    assert.equal(world.running.reload().outcome, "replaced");
    assert.match(await figures(world), /^sluice_reload_refused 0$/m);
    assert.deepEqual(
      (await doctor()).map(({ state }) => state),
      ["ok", "ok"],
    );
  });

  it("is the same for a configuration that cannot be read", async () => {
    const before = await readFile(world.file, "utf8");
    const reload = await edit(world, (text) => text.replace("recording:", "recroding:"));
    assert.ok(reload.outcome === "refused");
    assert.match(reload.error.message, /sluice\.yaml:\d+:1: recroding|"recroding" is not known/);
    assert.match(await figures(world), /^sluice_reload_refused 1$/m);
    await edit(world, () => before);
    assert.match(await figures(world), /^sluice_reload_refused 0$/m);
  });
});

describe("policies that stand in the configuration", () => {
  let world: GatewayWorld;
  before(async () => {
    world = answering(await openGateway(INLINE, POLICIES, { inline: true }));
  });
  after(() => world.close());

  it("decide, reload whole, and are refused whole with their place", async () => {
    const token = await world.token("jane");
    assert.equal(await ask(world, token), "200");
    assert.match(await ask(world, token, "birch"), /^403 /);
    assert.equal((await edit(world, (text) => text.replace("[birch]", "[alder]"))).outcome, "replaced");
    assert.equal(await ask(world, token, "birch"), "200");
    const reload = await edit(world, (text) =>
      text.replace("topic: birch", "topic: brch").replace("identity:", "identity:\n  blockAll: true"),
    );
    assert.ok(reload.outcome === "refused");
    assert.match(reload.error.message, /sluice\.yaml:\d+:\d+: policies\[0\]\.prompt\[0\].*brch/);
    assert.equal(await ask(world, token), "200");
  });

  it("are read by the policy commands", async () => {
    const { code, stdout, stderr } = await runCli(["policy", "check", "--config", world.file]);
    assert.equal(code, 1, `${stdout}${stderr}`);
    assert.match(`${stdout}${stderr}`, /brch/);
  });
});
