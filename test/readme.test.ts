/** What README.md tells people to type is typed here, against a running demo. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseConfig } from "../src/config/load.js";

interface Block {
  readonly language: string;
  readonly text: string;
}

const readme = readFileSync("README.md", "utf8");
const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = "", text = ""]) => ({
    language,
    text,
  }),
);
const SOURCE = `${process.execPath} --import tsx src/main.ts`;
const folder = mkdtempSync(join(tmpdir(), "sluice-readme-"));
/** A demo of our own, whose users no other demo of this machine is asked for. */
// As a shell of the reader's: without what npm tells the scripts that it runs.
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))),
  TMPDIR: folder,
};

let demo: ChildProcess;
let http = "";
let grpc = "";

before(async () => {
  demo = spawn(
    process.execPath,
    ["--import", "tsx", "src/main.ts", "demo", "--fast", "--stay", "--port", "0"],
    {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let output = "";
  await new Promise<void>((resolve, reject) => {
    demo.stdout?.on("data", (bytes) => {
      output += bytes;
      if (output.includes("Still running")) resolve();
    });
    demo.on("exit", () => reject(new Error(`the demo ended: ${output}`)));
    setTimeout(() => reject(new Error(`the demo is not ready: ${output}`)), 40_000).unref();
  });
  http = output.match(/http:\/\/(127\.0\.0\.1:\d+)\/v1/)?.[1] ?? "";
  grpc = output.match(/grpc (127\.0\.0\.1:\d+)/)?.[1] ?? "";
});
after(async () => {
  demo.removeAllListeners("exit");
  const gone = new Promise((resolve) => demo.on("exit", resolve));
  demo.kill("SIGTERM");
  await gone;
  rmSync(folder, { recursive: true, force: true });
});

/** The command as written, on the demo's ports and without a build. */
function typed(command: string): Promise<string> {
  const here = command
    .replaceAll("127.0.0.1:4000", http)
    .replaceAll("127.0.0.1:4001", grpc)
    .replaceAll("node dist/main.js", SOURCE);
  const child = spawn("sh", ["-c", here], { env, timeout: 40_000 });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes) => {
      output += bytes;
    });
  return new Promise((resolve) => child.on("close", () => resolve(output)));
}

function block(language: string, word: string): string {
  const found = blocks.find((each) => each.language === language && each.text.includes(word));
  assert.ok(found !== undefined, `README.md has no ${language} block with ${word}`);
  return found.text;
}

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

test("the curl command streams a masked answer", {
  skip: hasCurl ? false : "curl is not installed here",
}, async () => {
  const output = await typed(block("sh", "curl -N"));
  assert.match(output, /<EMAIL_ADDRESS>/);
  assert.match(output, /data: \[DONE\]/);
});

test("the gRPC command streams a masked answer", async () => {
  const output = await typed(block("sh", "buf curl"));
  assert.match(output, /EMAIL_ADDRESS/);
  assert.match(output, /"outcome": ?"complete"/);
});

/** Runs lines of the page, and what a reader would write below them, with a developer's token. */
async function program(lines: string, below: string): Promise<string> {
  const token = (await typed("node dist/main.js token developer")).trim();
  const script = `${lines.replaceAll("127.0.0.1:4000", http)}\n${below}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    timeout: 40_000,
    env: { ...env, TOKEN: token },
  });
  assert.equal(stderr, "");
  return stdout;
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
  const close = `socket.on("message", (data) => { if (JSON.parse(data).event?.ended) socket.close(); });`;
  const printed = await program(block("js", "new WebSocket"), close);
  assert.match(printed, /<EMAIL_ADDRESS>/);
  assert.match(printed, /"ended"/);
});

test("what the demo prints is what the page says", () => {
  const recorded = readFileSync("test/golden/demo.txt", "utf8");
  assert.ok(recorded.endsWith(block("text", "1/4 BLOCKED")));
});

test("the policy is explained as the page says", async () => {
  writeFileSync(join(folder, "policies.yaml"), block("yaml", "no-internal-codenames"));
  const command = block("sh", "policy explain").replace("policies.yaml", join(folder, "policies.yaml"));
  assert.ok((await typed(command)).includes(block("text", "no-internal-codenames deny")));
});

test("the policy and the configuration are accepted as they stand", () => {
  const config = block("yaml", "listen:");
  writeFileSync(join(folder, "policies.yaml"), block("yaml", "no-internal-codenames"));
  writeFileSync(join(folder, "sluice.yaml"), config);
  assert.doesNotThrow(() => parseConfig(config, { file: "sluice.yaml", base: folder, env: {} }));
  const checked = spawnSync(
    process.execPath,
    ["--import", "tsx", "src/main.ts", "policy", "check", "--config", join(folder, "sluice.yaml")],
    { encoding: "utf8", timeout: 40_000 },
  );
  assert.equal(checked.status, 0, checked.stderr);
});
