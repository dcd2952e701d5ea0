import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** The gateway as its own process, with everything that it printed. */
export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly grpcAddress: string;
  readonly printed: () => string;
  /** Memory after a collection of garbage; only of a process that was started to be measured. */
  memory(): Promise<MemoryInUse>;
  /** Sends a signal and waits for the end. Returns the exit code. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

export interface MemoryInUse {
  /** Bytes of the heap and of what it holds outside. */
  readonly usedBytes: number;
  readonly residentBytes: number;
}

const MEASURED = ["--expose-gc", "--import", new URL("./print-memory.ts", import.meta.url).href];
const READY_MS = 120_000;

/** Starts `sluice serve` and waits until it says where it listens. */
export function startGateway(
  config: string,
  { isMeasured = false }: { readonly isMeasured?: boolean } = {},
): Promise<GatewayProcess> {
  const flags = ["--import", "tsx", ...(isMeasured ? MEASURED : [])];
  const child = spawn(process.execPath, [...flags, "src/main.ts", "serve", "--config", config]);
  let output = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready: ${output}`)), READY_MS);
    const onExit = (code: number | null): void => {
      clearTimeout(timer);
      reject(new Error(`exit ${code}: ${output}`));
    };
    const take = (bytes: Buffer): void => {
      output += bytes;
      const http = output.match(/http (127\.0\.0\.1:\d+)/)?.[1];
      const grpc = output.match(/grpc (127\.0\.0\.1:\d+)/)?.[1];
      if (http === undefined || grpc === undefined) return;
      clearTimeout(timer);
      child.off("exit", onExit);
      resolve(runningProcess(child, { url: `http://${http}`, grpcAddress: grpc, printed: () => output }));
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("exit", onExit);
  });
}

function runningProcess(
  child: ChildProcess,
  known: Pick<GatewayProcess, "url" | "grpcAddress" | "printed">,
): GatewayProcess {
  return {
    ...known,
    child,
    memory: async () => {
      const printed = known.printed().length;
      child.kill("SIGUSR2");
      for (let waited = 0; waited < READY_MS; waited += 20) {
        const [, used, resident] =
          known
            .printed()
            .slice(printed)
            .match(/memory (\d+) (\d+)/) ?? [];
        if (used !== undefined) return { usedBytes: Number(used), residentBytes: Number(resident) };
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error("the gateway did not print its memory");
    },
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}
