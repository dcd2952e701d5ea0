/** Processes of a benchmark: each ends with it, whatever happens. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";

export interface BenchProcess {
  readonly child: ChildProcess;
  /** Everything that it printed so far, the last 64 KB. */
  readonly printed: () => string;
  stop(): Promise<void>;
}

const KEPT_CHARS = 65_536;
const STOP_MS = 15_000;

/** Starts a process with a channel to this one. */
export function start(args: readonly string[], cwd: string): BenchProcess {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let text = "";
  const keep = (bytes: Buffer): void => {
    text = (text + bytes).slice(-KEPT_CHARS);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    child,
    printed: () => text,
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(kill, STOP_MS);
      await exited;
      clearTimeout(timer);
      process.off("exit", kill);
    },
  };
}

/** Waits until a process has printed something. @throws with what it printed instead. */
export async function printed(
  started: BenchProcess,
  what: RegExp,
  limitMs = 60_000,
): Promise<RegExpMatchArray> {
  for (const untilMs = performance.now() + limitMs; performance.now() < untilMs; ) {
    const found = started.printed().match(what);
    if (found !== null) return found;
    if (started.child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not ready: ${started.printed().slice(-2000)}`);
}

/** A port of the loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
