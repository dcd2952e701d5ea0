/**
 * How long open streams live on after policies that no longer let them: `node --import tsx test/bench/reload.ts`.
 * Once where nothing names their callers any more, and once where each prompt must be read again.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GatewayWorld, openGateway } from "../support/gateway.js";
import { chatStream } from "../support/streams.js";

const STREAMS = 400;
/** Asked for together, so that the gateway's admission takes them all. */
const TOGETHER = 20;
const PROMPT = "the quick brown fox jumps over the lazy dog. ".repeat(200);

const policies = (group: string, word: string): string => `policies:
  - name: staff
    who: { groups: [${group}] }
    connections: [openai]
    models: ["gpt-*"]
    prompt:
      - { id: word, deny: { words: [${word}] } }
      - { id: size, limit: { promptTokens: 100000 } }
`;

async function measure(what: string, changed: string): Promise<void> {
  const world = await openGateway("", policies("engineering", "zebra"));
  let closed = 0;
  let allClosed = (): void => {};
  const whenClosed = new Promise<void>((resolve) => {
    allClosed = resolve;
  });
  world.model.tell((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(chatStream(["a word"]).split("\n\n").slice(0, 2).join("\n\n").concat("\n\n"));
    response.on("close", () => {
      if (++closed === STREAMS) allClosed();
    });
    return null;
  });
  const stop = new AbortController();
  for (let begun = 0; begun < STREAMS; begun += TOGETHER) {
    await Promise.all(Array.from({ length: TOGETHER }, (_, index) => ask(world, begun + index, stop.signal)));
  }
  await writeFile(join(world.folder, "policies.yaml"), changed);
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  world.running.reload();
  const heldMs = performance.now() - startedMs;
  await whenClosed;
  const { user, system } = process.cpuUsage(cpu);
  const endedMs = performance.now() - startedMs;
  process.stdout.write(
    `${what}: ${STREAMS} streams of ${PROMPT.length} characters ended after ${endedMs.toFixed(0)} ms, ${((user + system) / 1000).toFixed(0)} ms of processor time; the reload held the loop for ${heldMs.toFixed(0)} ms\n`,
  );
  stop.abort();
  await world.close();
}

async function ask(world: GatewayWorld, number: number, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${world.url}/v1/chat/completions`, {
    method: "POST",
    signal,
    headers: { authorization: `Bearer ${await world.token("jane")}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-told",
      stream: true,
      messages: [{ role: "user", content: `${number} ${PROMPT}` }],
    }),
  });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
}

await measure("nothing names their caller", policies("others", "zebra"));
await measure("each prompt is read again", policies("engineering", "fox"));
process.exit(0);
