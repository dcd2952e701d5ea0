import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface BuiltClient {
  /** Its index.js and the modules beside it, as `npm run build` makes them. */
  readonly folder: string;
  remove(): void;
}

/** `sluice/client` built from its sources, whatever stands in dist. */
export function buildClient(): BuiltClient {
  const folder = mkdtempSync(join(tmpdir(), "sluice-client-"));
  const tsc = join("node_modules", ".bin", "tsc");
  const built = spawnSync(tsc, ["-p", "src/client/tsconfig.json", "--outDir", folder], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the client does not build: ${built.stdout}${built.stderr}`);
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
