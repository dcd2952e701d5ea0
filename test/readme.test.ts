/** What README.md tells people to type is typed here, against a running demo. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseConfig } from "../src/config/load.js";
import { blocksOf, type RunningDemo, run, startDemo } from "./support/running-demo.js";

const blocks = blocksOf(readFileSync("README.md", "utf8"));
let demo: RunningDemo;

before(async () => {
  demo = await startDemo();
});
after(() => demo?.close());

function block(language: string, word: string): string {
  const found = blocks.find((each) => each.language === language && each.text.includes(word));
  assert.ok(found !== undefined, `README.md has no ${language} block with ${word}`);
  return found.text;
}

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

test("the curl command streams a masked answer", {
  skip: hasCurl ? false : "curl is not installed here",
}, async () => {
  const output = await demo.typed(block("sh", "curl -N"));
  assert.match(output, /<EMAIL_ADDRESS>/);
  assert.match(output, /data: \[DONE\]/);
});

test("the gRPC command streams a masked answer", async () => {
  const output = await demo.typed(block("sh", "buf curl"));
  assert.match(output, /EMAIL_ADDRESS/);
  assert.match(output, /"outcome": ?"complete"/);
});

/** Runs lines of the page, and what a reader would write below them, with a developer's token. */
async function program(lines: string, below: string): Promise<string> {
  const token = (await demo.typed("node dist/main.js token developer")).trim();
  const script = `${demo.here(lines)}\n${below}`;
  return run(process.execPath, ["--input-type=module", "-e", script], { ...demo.env, TOKEN: token });
}

const ASKED = `model: "demo", messages: [{ role: "user", content: "Draft the reply to the customer" }]`;

test("the lines for an OpenAI client make one that works", async () => {
  const ask = `const made = await client.chat.completions.create({ ${ASKED} });
console.log(made.choices[0].message.content);`;
  assert.match(await program(block("js", "new OpenAI"), ask), /<EMAIL_ADDRESS>/);
});

test("the lines for an Anthropic client make one that works", async () => {
  const ask = `const made = await client.messages.create({ ${ASKED}, max_tokens: 200 });
console.log(made.content[0].text);`;
  assert.match(await program(block("js", "new Anthropic"), ask), /<EMAIL_ADDRESS>/);
});

test("the WebSocket lines print a masked answer", async () => {
  const close = `socket.on("message", (data) => { if (JSON.parse(data).ended) socket.close(); });`;
  const printed = await program(block("js", "new WebSocket"), close);
  assert.match(printed, /<EMAIL_ADDRESS>/);
  assert.match(printed, /"ended"/);
});

test("what the demo prints is what the page says", () => {
  const recorded = readFileSync("test/golden/demo.txt", "utf8");
  assert.ok(recorded.endsWith(block("text", "1/4 BLOCKED")));
});

test("the policy is explained as the page says", async () => {
  writeFileSync(join(demo.folder, "policies.yaml"), block("yaml", "no-internal-codenames"));
  const command = block("sh", "policy explain").replace("policies.yaml", join(demo.folder, "policies.yaml"));
  assert.ok((await demo.typed(command)).includes(block("text", "no-internal-codenames deny")));
});

test("the policy and the configuration are accepted as they stand", () => {
  const config = block("yaml", "listen:");
  writeFileSync(join(demo.folder, "policies.yaml"), block("yaml", "no-internal-codenames"));
  writeFileSync(join(demo.folder, "sluice.yaml"), config);
  assert.doesNotThrow(() => parseConfig(config, { file: "sluice.yaml", base: demo.folder, env: {} }));
  const checked = spawnSync(
    process.execPath,
    ["--import", "tsx", "src/main.ts", "policy", "check", "--config", join(demo.folder, "sluice.yaml")],
    { encoding: "utf8", timeout: 40_000 },
  );
  assert.equal(checked.status, 0, checked.stderr);
});
