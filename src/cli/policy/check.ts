import { act } from "../act.js";
import type { OutputFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { visible } from "../output.js";
import { Workbench } from "./workbench.js";

/** `sluice policy check`: everything wrong with a file at once, each with line and column. */
export function check(
  named: string | undefined,
  options: OutputFlags & { readonly config?: string },
  io: Io,
): Promise<number> {
  return act(options, io, async (output) => {
    const bench = new Workbench(options.config);
    const file = bench.fileOr(named);
    const set = bench.read(file);
    const rules = set.policies.reduce(
      (sum, { prompt, completion }) => sum + prompt.length + completion.length,
      0,
    );
    if (output.json) {
      await output.object({
        file,
        version: set.version,
        policies: set.policies.map(({ name }) => name),
        rules,
        warnings: [...set.warnings],
      });
      return EXIT.ok;
    }
    await output.data(
      `${file}: ${set.policies.length} policies, ${rules} rules, ${set.version.slice(0, 15)}\n`,
    );
    for (const warning of set.warnings) await output.word(`warning: ${visible(warning)}`);
    if (!bench.knowsSurroundings)
      await output.word("Names of connections and issuers were taken as written; --config checks them.");
    return EXIT.ok;
  });
}
