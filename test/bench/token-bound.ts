/**
 * How the bound for unpublished tokenizers compares with what providers billed, over recorded streams:
 * `node --import tsx test/bench/token-bound.ts ../shared/data/streams`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.js";
import { frameTokens } from "../../src/policy/tokens/token-bound.js";
import { WorkerTokenCounter } from "../../src/policy/tokens/worker-token-counter.js";
import { prompt } from "../policy/world.js";

interface Recorded {
  readonly meta: { readonly provider: string; readonly model: string };
  readonly expect: {
    readonly text?: string | Readonly<Record<string, string>>;
    readonly reasoning?: unknown;
    readonly toolCalls?: readonly unknown[];
    readonly usage?: Readonly<Record<string, unknown>> | null;
  };
}

const [dir = "../shared/data/streams"] = process.argv.slice(2);
const counter = new WorkerTokenCounter({ clock: systemClock, timeoutMs: 30_000 });
const rows: {
  readonly name: string;
  readonly billed: number;
  readonly bound: number;
  readonly bytes: number;
}[] = [];
for (const file of readdirSync(dir).filter((name) => name.startsWith("c-"))) {
  const { meta, expect }: Recorded = JSON.parse(readFileSync(join(dir, file), "utf8"));
  const billed = billedTokens(expect.usage ?? {});
  const text = typeof expect.text === "string" ? expect.text : Object.values(expect.text ?? {}).join("");
  const hidden = expect.reasoning !== undefined && JSON.stringify(expect.reasoning).length > 4;
  if (billed === null || hidden || (expect.toolCalls ?? []).length > 0 || text.length < 100) continue;
  const { segments } = prompt([text]);
  const bound = (await counter.count(segments, "unknown")) - frameTokens(segments);
  rows.push({ name: `${meta.provider} ${meta.model}`, billed, bound, bytes: Buffer.byteLength(text) });
}
await counter.close();
rows.sort((a, b) => a.bound / a.billed - b.bound / b.billed);
for (const { name, billed, bound, bytes } of rows) {
  console.log(
    `${name.padEnd(48)} billed ${billed}  bound ${bound}  bytes ${bytes}  ratio ${(bound / billed).toFixed(2)}`,
  );
}
const under = rows.filter(({ bound, billed }) => bound < billed).length;
const median = rows[Math.floor(rows.length / 2)];
console.log(
  `${rows.length} answers of ${new Set(rows.map(({ name }) => name.split(" ")[0])).size} providers; under-counted: ${under}; median ratio ${median === undefined ? "-" : (median.bound / median.billed).toFixed(2)}`,
);

/** Tokens of visible text; null where the recording does not tell them apart from reasoning. */
function billedTokens(usage: Readonly<Record<string, unknown>>): number | null {
  const total =
    usage["completion_tokens"] ??
    usage["output_tokens"] ??
    usage["candidatesTokenCount"] ??
    usage["eval_count"];
  if (typeof total !== "number") return null;
  const details = usage["completion_tokens_details"] ?? usage["output_tokens_details"];
  const reasoning =
    typeof details === "object" && details !== null && "reasoning_tokens" in details
      ? details.reasoning_tokens
      : 0;
  return typeof reasoning === "number" ? total - reasoning : total;
}
