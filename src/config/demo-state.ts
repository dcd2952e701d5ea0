import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { SluiceError } from "../domain/errors.js";

/** Where a running demo leaves what `sluice token` needs: readable by the same user alone. */
function statePath(): string {
  return join(tmpdir(), `sluice-demo-${userInfo().uid}`, "issuer.json");
}

export function writeDemoState(state: unknown): void {
  const path = statePath();
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  writeFileSync(path, JSON.stringify(state), { mode: 0o600, flag: "wx" });
}

export function removeDemoState(): void {
  rmSync(statePath(), { force: true });
}

/** @throws SluiceError `not_found` where no demo runs. */
export function readDemoState(): unknown {
  try {
    return JSON.parse(readFileSync(statePath(), "utf8"));
  } catch (cause) {
    throw new SluiceError(
      "not_found",
      "No demo is running; start one with `sluice demo --stay`.",
      {},
      { cause },
    );
  }
}
