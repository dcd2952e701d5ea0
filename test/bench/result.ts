/** Results of benchmarks, with what they were measured on. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { resolve } from "node:path";

const FOLDER = resolve("test/bench/results");

export function writeResult(name: string, result: object): void {
  mkdirSync(FOLDER, { recursive: true });
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model, load: loadavg() };
  writeFileSync(
    resolve(FOLDER, `${name}.json`),
    `${JSON.stringify({ at: new Date().toISOString(), machine, ...result }, null, 1)}\n`,
  );
}
