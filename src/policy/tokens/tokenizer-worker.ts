/** The worker thread in which the tokenizer runs: it splits by RegExp, and its tables take 100 MB. */
import { parentPort } from "node:worker_threads";
import { CountJobs, type CountRequest, type CountTokens } from "./count-jobs.js";
import type { Encoding } from "./encoding-of.js";

const loaded = new Map<Encoding, Promise<CountTokens>>();

function load(encoding: Encoding): Promise<CountTokens> {
  let count = loaded.get(encoding);
  if (count === undefined) {
    count = importEncoding(encoding);
    loaded.set(encoding, count);
  }
  return count;
}

async function importEncoding(encoding: Encoding): Promise<CountTokens> {
  const tokenizer =
    encoding === "o200k_base"
      ? await import("gpt-tokenizer/encoding/o200k_base")
      : await import("gpt-tokenizer/encoding/cl100k_base");
  // A caller's `<|endoftext|>` is text: providers encode it so, and it must not throw.
  const plain = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
  return (text) => tokenizer.countTokens(text, plain);
}

const port = parentPort;
if (port !== null) {
  const jobs = new CountJobs(load, (answer) => port.postMessage(answer));
  port.on("message", (request: CountRequest) => jobs.take(request));
}
