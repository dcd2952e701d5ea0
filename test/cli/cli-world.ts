import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDemoFiles } from "../../src/cli/demo-files.js";
import { compose, type Running } from "../../src/compose.js";
import { loadConfig } from "../../src/config/load.js";
import { EmbeddedIssuer } from "../../src/identity/embedded-issuer.js";
import { type Ran, type RunOptions, runCli } from "./run-cli.js";

/** A gateway with the demo's files, and commands that talk to it. */
export interface CliWorld {
  readonly folder: string;
  readonly configFile: string;
  readonly running: Running;
  readonly url: string;
  /** Runs a command as a user of the demo. */
  as(user: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Asks the demo model, and returns the session's id. */
  ask(prompt: string): Promise<string>;
  tokenFile(user: string): Promise<string>;
  stopGateway(): Promise<void>;
  close(): Promise<void>;
}

export async function openCliWorld({ speed = 0 }: { readonly speed?: number } = {}): Promise<CliWorld> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-cli-"));
  const issuer = await EmbeddedIssuer.start();
  const any = { host: "127.0.0.1", port: 0 };
  const { issuer: url, audience } = issuer;
  const configFile = writeDemoFiles({ dir: folder, issuer: url, audience, http: any, grpc: any, speed });
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const running = await compose(loadConfig(configFile, {}), quiet).catch(async (thrown) => {
    await issuer.close();
    throw thrown;
  });
  let isStopped = false;
  const world: CliWorld = {
    folder,
    configFile,
    running,
    url: `127.0.0.1:${running.grpc.port}`,
    tokenFile: async (user) => {
      const file = join(folder, `${user}.token`);
      await writeFile(file, `${await issuer.token(user)}\n`, { mode: 0o600 });
      return file;
    },
    as: async (user, args, options) =>
      runCli([...args, "--url", world.url, "--token-file", await world.tokenFile(user)], options),
    ask: async (prompt) => {
      const { stdout } = await world.as("developer", ["ask", prompt, "--model", "demo", "--json"]);
      const [first = "{}"] = stdout.split("\n");
      return (JSON.parse(first) as { opened: { sessionId: string } }).opened.sessionId;
    },
    stopGateway: async () => {
      if (!isStopped) await running.close();
      isStopped = true;
    },
    close: async () => {
      await world.stopGateway();
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}
