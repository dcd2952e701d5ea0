import { Worker } from "node:worker_threads";

/** Runs the worker from source: a thread does not inherit the loader that lets Node read TypeScript. */
const FROM_SOURCE = `
const { workerData } = require("node:worker_threads");
import("tsx/esm/api").then(({ register }) => { register(); return import(workerData); });
`;

/** The tokenizer's thread, from the built file or, in development, from its source. */
export function startTokenizerWorker(): Worker {
  const limits = { name: "tokenizer", resourceLimits: { maxOldGenerationSizeMb: 512 } };
  if (!import.meta.url.endsWith(".ts"))
    return new Worker(new URL("./tokenizer-worker.js", import.meta.url), limits);
  const source = new URL("./tokenizer-worker.ts", import.meta.url).href;
  return new Worker(FROM_SOURCE, { ...limits, eval: true, workerData: source });
}
