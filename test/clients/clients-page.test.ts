/** Every block of docs/clients.md is run as it stands, against a running demo. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Block, blocksOf, type RunningDemo, run, startDemo } from "../support/running-demo.js";
import { type BuiltClient, buildClient } from "./built-client.js";
import { pythonWithGrpc } from "./python.js";

const page = readFileSync("docs/clients.md", "utf8");
const NOT_EXECUTED = "Not executed by our tests.";
const UNMASKED = /customer@|exam|4111/;
const grpcPython = pythonWithGrpc();
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

interface Tried {
  /** Words that the block holds and no other block. */
  readonly word: string;
  /** Default: a masked answer. */
  readonly prints?: RegExp;
  readonly skip?: string | false;
}

const curl = { skip: hasCurl ? false : "curl is not installed here" } as const;
/** One row for each block that is run, in the order of the page. */
const TRIED: readonly Tried[] = [
  { word: "export TOKEN", prints: /^[\w-]+\.[\w-]+\.[\w-]+\n$/ },
  { word: "curl -sN http", ...curl },
  { word: "curl -s http://127.0.0.1:4000/v1/responses", ...curl },
  { word: "curl -s http://127.0.0.1:4000/v1/messages", ...curl },
  { word: "speed=max", prints: /"chunk":\{"text":"<EMAIL_ADDRESS> .*"outcome":"complete"/s, ...curl },
  { word: "chat.completions.create({" },
  { word: "previous_response_id: first.id", prints: /<EMAIL_ADDRESS>.*\nand a second turn\n$/s },
  { word: "PermissionDeniedError", prints: /^403 policy_denied 403 Codenames must not leave\.\n$/ },
  { word: "ResponsesWS", prints: /<EMAIL_ADDRESS>.*\nand a second turn\n$/s },
  { word: "new Anthropic(", prints: /<EMAIL_ADDRESS>.*\n end_turn\n$/s },
  { word: "createOpenAI(", prints: /<EMAIL_ADDRESS>.*\n.*<EMAIL_ADDRESS>.*\n$/ },
  { word: "createAnthropic(" },
  { word: "createOpenAICompatible(" },
  { word: "new ChatOpenAI(" },
  { word: "buf curl", prints: /"outcome": "complete"/ },
  { word: "@grpc/proto-loader" },
  {
    word: "grpc.insecure_channel",
    skip: grpcPython === null ? "grpcio for Python is not installed here" : false,
  },
  { word: "new SluiceClient(", prints: /<EMAIL_ADDRESS>.*\n [0-9a-f-]{36} complete\n$/s },
  { word: "new WebSocket(" },
];

const blocks = blocksOf(page);

function isTold({ heading }: Block): boolean {
  return page.split(/^#+ /m).some((part) => part.startsWith(`${heading}\n`) && part.includes(NOT_EXECUTED));
}

test("every block of the page is run here, or the page says that it is not", () => {
  const run = blocks.filter((block) => !isTold(block));
  assert.deepEqual(
    run.map(({ text }) => TRIED.filter(({ word }) => text.includes(word)).map(({ word }) => word)),
    TRIED.map(({ word }) => [word]),
  );
  assert.deepEqual(
    blocks.filter(isTold).map(({ heading }) => heading),
    ["OpenAI SDK (Python)"],
  );
});

describe("docs/clients.md", { timeout: 600_000 }, () => {
  let demo: RunningDemo;
  let client: BuiltClient;
  let token = "";

  before(async () => {
    client = buildClient();
    demo = await startDemo();
    token = (await demo.typed("node dist/main.js token developer")).trim();
  });
  after(async () => {
    client?.remove();
    await demo?.close();
  });

  /** A module as a reader's file; Node 20 has no WebSocket of its own. */
  function module(text: string): Promise<string> {
    const built = pathToFileURL(join(client.folder, "index.js")).href;
    const script = text.replaceAll('"sluice/client"', JSON.stringify(built));
    const socket = text.includes("sluice/client")
      ? 'import { WebSocket as Socket } from "ws"; globalThis.WebSocket ??= Socket;\n'
      : "";
    const args = ["--no-warnings", "--input-type=module", "-e", socket + demo.here(script)];
    return run(process.execPath, args, { ...demo.env, TOKEN: token });
  }

  async function tried({ language, text }: Block): Promise<string> {
    switch (language) {
      case "sh":
        return demo.typed(text.includes("export TOKEN") ? `${text}echo $TOKEN` : text, { TOKEN: token });
      case "js":
        return module(text);
      case "python":
        return run(grpcPython ?? "", ["-c", demo.here(text)], { ...demo.env, TOKEN: token });
      default:
        throw new Error(`nobody knows how to run ${language}`);
    }
  }

  function blockOf({ word }: Tried): Block {
    const block = blocks.find(({ text }) => text.includes(word));
    assert.ok(block !== undefined, `no block holds ${word}`);
    return block;
  }

  for (const each of TRIED) {
    test(`the block with ${each.word} does what it says`, { skip: each.skip ?? false }, async () => {
      const output = await tried(blockOf(each));
      assert.match(output, each.prints ?? /<EMAIL_ADDRESS>/);
      assert.doesNotMatch(output, UNMASKED);
    });
  }

  test("the command of docs/grpc.md does what it says", async () => {
    const [command] = blocksOf(readFileSync("docs/grpc.md", "utf8")).filter(
      ({ language }) => language === "sh",
    );
    const here = command?.text.replaceAll("localhost:50051", "127.0.0.1:4001") ?? "";
    const output = await demo.typed(here.replace("buf curl", "npx buf curl"), { TOKEN: token });
    assert.match(output, /"outcome": "complete"/);
  });

  test("the demo model counts the tokens of a prompt", async () => {
    const ask = `import Anthropic from "@anthropic-ai/sdk";
const client = new Anthropic({ baseURL: "http://127.0.0.1:4000", apiKey: process.env.TOKEN });
const messages = [{ role: "user", content: "Hello, you there" }];
console.log(JSON.stringify(await client.messages.countTokens({ model: "demo", messages })));`;
    assert.equal(await module(ask), '{"input_tokens":4}\n');
  });

  test("what is written for openai 6 runs with openai 7 as well", async () => {
    const written = blocks.filter(({ language, text }) => language === "js" && text.includes('from "openai'));
    assert.equal(written.length, 4);
    for (const { text } of written) {
      const output = await module(text.replaceAll(/from "openai(?=["/])/g, 'from "openai7'));
      assert.match(output, /<EMAIL_ADDRESS>|Codenames must not leave/);
    }
  });
});
