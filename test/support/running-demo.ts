import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCE = `${process.execPath} --import tsx src/main.ts`;

/** `sluice demo` as a reader of the documents has it, but on free ports and with users of its own. */
export interface RunningDemo {
  /** Its temporary files; of a caller too. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** A document's text with this demo's addresses, and without a build. */
  here(text: string): string;
  /** Runs shell commands as written; gives all that they print. */
  typed(command: string, env?: NodeJS.ProcessEnv): Promise<string>;
  close(): Promise<void>;
}

export async function startDemo(): Promise<RunningDemo> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-documents-"));
  // As a shell of the reader's: without what npm tells the scripts that it runs.
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))),
    TMPDIR: folder,
  };
  const args = ["--import", "tsx", "src/main.ts", "demo", "--fast", "--stay", "--port", "0"];
  const demo = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const output = await whenRunning(demo);
  const http = output.match(/http:\/\/(127\.0\.0\.1:\d+)\/v1/)?.[1] ?? "";
  const grpc = output.match(/grpc (127\.0\.0\.1:\d+)/)?.[1] ?? "";
  const here = (text: string): string =>
    text
      .replaceAll("127.0.0.1:4000", http)
      .replaceAll("127.0.0.1:4001", grpc)
      .replaceAll("node dist/main.js", SOURCE);
  return {
    folder,
    env,
    here,
    typed: (command, more = {}) => run("sh", ["-c", here(command)], { ...env, ...more }),
    close: async () => {
      const gone = new Promise((resolve) => demo.on("exit", resolve));
      demo.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that a program prints, on either stream. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, args, { env, timeout: 60_000 });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes) => {
      output += bytes;
    });
  return new Promise((resolve) => child.on("close", () => resolve(output)));
}

async function whenRunning(demo: ChildProcess): Promise<string> {
  let output = "";
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    demo.stdout?.on("data", (bytes) => {
      output += bytes;
      if (output.includes("Still running")) resolve();
    });
    demo.on("exit", () => reject(new Error(`the demo ended: ${output}`)));
    timer = setTimeout(() => reject(new Error(`the demo is not ready: ${output}`)), 60_000);
  }).finally(() => clearTimeout(timer));
  demo.removeAllListeners("exit");
  return output;
}

/** A fenced block of a document, with the heading that it stands under. */
export interface Block {
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

export function blocksOf(document: string): readonly Block[] {
  let heading = "";
  const blocks: Block[] = [];
  for (const [, title, language, text = ""] of document.matchAll(/^#+ ([^\n]+)$|^```(\w+)\n(.*?)^```$/gms)) {
    if (title !== undefined) heading = title;
    else if (language !== undefined) blocks.push({ heading, language, text });
  }
  return blocks;
}
