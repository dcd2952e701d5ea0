import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

interface Cruise {
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly unknown[] }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** In a process of its own: under a loader for TypeScript the tool reads no imports. */
function cruise(config: string): Cruise {
  const bin = "node_modules/dependency-cruiser/bin/dependency-cruise.mjs";
  const args = [bin, "src", "--config", config, "--output-type", "json"];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 64 << 20,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  assert.ok(stdout.startsWith("{"), stderr);
  return JSON.parse(stdout) as Cruise;
}

describe("the house", () => {
  it("keeps its floors", () => {
    const { modules, summary } = cruise(".dependency-cruiser.cjs");
    const own = modules.filter(({ source }) => source.startsWith("src/"));
    const arrows = own.reduce((sum, module) => sum + module.dependencies.length, 0);
    // A check that saw nothing would pass everything.
    assert.ok(own.length > 150 && arrows > 400, `saw ${own.length} modules and ${arrows} imports`);
    const wrong = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
    assert.deepEqual(wrong, []);
  });

  it("sees a forbidden import", () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-house-"));
    const canary = join(folder, "canary.cjs");
    const base = JSON.stringify(resolve(".dependency-cruiser.cjs"));
    const rule = `{ name: "canary", severity: "error", from: {}, to: { path: "^src/domain/errors.ts$" } }`;
    writeFileSync(canary, `module.exports = { ...require(${base}), forbidden: [${rule}] };`);
    assert.ok(cruise(canary).summary.violations.length > 0);
    rmSync(folder, { recursive: true });
  });

  for (const room of [
    "src/patterns/detectors",
    "src/masking/operators",
    "src/recording/stores",
    "src/patterns/validators",
  ]) {
    it(`lists every file of ${room} in its index`, () => {
      const index = readFileSync(join(room, "index.ts"), "utf8");
      const reachable = reach(room, "index.ts");
      const files = readdirSync(room).filter((name) => name.endsWith(".ts") && name !== "index.ts");
      assert.ok(files.length > 0 && index.length > 0);
      assert.deepEqual(
        files.filter((name) => !reachable.has(name)),
        [],
      );
    });
  }

  it("seeds every property: fast-check comes in through one file alone", () => {
    const importers = readdirSync("test", { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .filter((name) =>
        /^(?:im|ex)port .* from "fast-check"/m.test(readFileSync(join("test", name), "utf8")),
      );
    assert.deepEqual(importers, [join("support", "seeded-check.ts")]);
  });
});

/** Files of one folder that its index reaches over imports inside the folder. */
function reach(room: string, file: string, seen = new Set<string>()): Set<string> {
  for (const [, name] of readFileSync(join(room, file), "utf8").matchAll(/from "\.\/([\w-]+)\.js"/g)) {
    const target = `${name}.ts`;
    if (seen.has(target)) continue;
    seen.add(target);
    reach(room, target, seen);
  }
  return seen;
}
