/** The harness's proxy that does nothing but pass on, measured like a gateway: what sockets and HTTP cost by themselves. */
import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePort, start } from "./bench-process.js";
import { wait } from "./load.js";
import { type Measured, measured, PROBE } from "./measured-gateway.js";

export async function startBareProxy(
  place: { readonly root: string; readonly modelPort: number },
  harness: string,
): Promise<Measured> {
  const folder = join(place.root, "proxies");
  cpSync(resolve(harness, "proxies"), folder, { recursive: true });
  const modules = join(folder, "node_modules");
  if (!existsSync(modules)) symlinkSync(resolve("node_modules"), modules);
  const port = await freePort();
  const upstream = `http://127.0.0.1:${place.modelPort}`;
  const script = join(folder, "pass-undici.mjs");
  const started = start([...PROBE, script, "--port", String(port), "--upstream", upstream], folder);
  await reachable(port);
  return measured(started, { name: "bare proxy", url: `http://127.0.0.1:${port}`, grpc: "" });
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await wait(50);
  }
  throw new Error(`nothing listens on ${port}`);
}
