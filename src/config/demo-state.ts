import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { SluiceError } from "../domain/errors.js";

/** Where running demos leave what `sluice token` needs, one file each: readable by the same user alone. */
function folder(): string {
  return join(tmpdir(), `sluice-demo-${userInfo().uid}`);
}

function ownFile(): string {
  return join(folder(), `${process.pid}.json`);
}

export function writeDemoState(state: unknown): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  rmSync(ownFile(), { force: true });
  writeFileSync(ownFile(), JSON.stringify(state), { mode: 0o600, flag: "wx" });
}

export function removeDemoState(): void {
  rmSync(ownFile(), { force: true });
}

/** The state of the demo that was started last. @throws SluiceError `not_found` where none runs. */
export function readDemoState(): unknown {
  const [newest] = running().sort((a, b) => b.mtimeMs - a.mtimeMs);
  if (newest === undefined) {
    throw new SluiceError("not_found", "No demo is running; start one with `sluice demo --stay`.");
  }
  return JSON.parse(readFileSync(newest.path, "utf8"));
}

function running(): { readonly path: string; readonly mtimeMs: number }[] {
  try {
    return readdirSync(folder())
      .filter((name) => isAlive(Number.parseInt(name, 10)))
      .map((name) => join(folder(), name))
      .map((path) => ({ path, mtimeMs: statSync(path).mtimeMs }));
  } catch {
    // No demo has run yet, or one has just ended.
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
