/** What every benchmark needs around its gateways: a folder, an issuer, and the harness's model in a process of its own. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EmbeddedIssuer } from "../../src/identity/embedded-issuer.js";
import { type BenchProcess, freePort, printed, start } from "./bench-process.js";
import { type GatewaySettings, type MeasuredGateway, PROBE, startGateway } from "./measured-gateway.js";
import type { Target } from "./stream-clients.js";

export interface BenchPlace {
  readonly root: string;
  readonly issuer: EmbeddedIssuer;
  readonly model: BenchProcess;
  readonly modelPort: number;
  readonly token: string;
  gateway(settings: GatewaySettings): Promise<MeasuredGateway>;
  target(gateway: Pick<MeasuredGateway, "url" | "grpc">): Target;
  /** Stops everything that was started here, in reverse order. */
  close(): Promise<void>;
}

export async function openPlace(harness: string): Promise<BenchPlace> {
  const mock = join(resolve(harness), "mock-upstream.mjs");
  if (!existsSync(mock))
    throw new Error(`There is no harness in ${harness}; name its folder with --harness.`);
  const root = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  const issuer = await EmbeddedIssuer.start();
  const modelPort = await freePort();
  const model = start([...PROBE, mock, "--port", String(modelPort)], root);
  await printed(model, /mock on/);
  const token = await issuer.token("developer");
  const gateways: MeasuredGateway[] = [];
  return {
    root,
    issuer,
    model,
    modelPort,
    token,
    gateway: async (settings) => {
      const gateway = await startGateway(settings, { root, issuer, modelPort });
      gateways.push(gateway);
      return gateway;
    },
    target: ({ url, grpc }) => ({ url, grpc, token }),
    close: async () => {
      for (const gateway of gateways.reverse()) await gateway.stop();
      await model.stop();
      await issuer.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
