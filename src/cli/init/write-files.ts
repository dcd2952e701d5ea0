import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { act } from "../act.js";
import { badFlag } from "../bad-flag.js";
import { EXIT, type Io } from "../io.js";
import type { InitFlags } from "./init-flags.js";
import { configText, policyText } from "./templates.js";

/** `sluice init`. Writes both files or none, and never over a file unless told to. */
export function init(folder: string, flags: InitFlags, io: Io): Promise<number> {
  return act(flags, io, async (output) => {
    const files = [
      { path: join(folder, "sluice.yaml"), text: configText(flags) },
      { path: join(folder, "policies.yaml"), text: policyText(flags) },
    ];
    const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
    if (there.length > 0 && !flags.force)
      throw badFlag("--force", `${there.join(" and ")} exist; this replaces them.`);
    try {
      mkdirSync(folder, { recursive: true });
      for (const { path, text } of files) writeFileSync(path, text, { flag: flags.force ? "w" : "wx" });
    } catch {
      throw badFlag("<folder>", `${folder} cannot be written to.`);
    }
    const paths = files.map(({ path }) => path);
    if (output.json) await output.object({ files: paths });
    else {
      for (const path of paths) await output.data(`${path}\n`);
      const [config = "sluice.yaml"] = paths;
      await output.word(
        `Next: sluice policy test --config ${config}; sluice doctor --config ${config}; sluice serve --config ${config}`,
      );
    }
    return EXIT.ok;
  });
}
