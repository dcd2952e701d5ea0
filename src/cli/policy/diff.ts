import { diffPolicies, type PolicyChange } from "../../policy/diff-policies.js";
import { act } from "../act.js";
import { badFlag } from "../bad-flag.js";
import type { OutputFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { visibleLine } from "../output.js";
import { Workbench } from "./workbench.js";

interface DiffOptions extends OutputFlags {
  readonly config?: string;
  readonly failOn?: string;
}

const SIGNS: Readonly<Record<PolicyChange["direction"], string>> = {
  tightens: "-",
  loosens: "+",
  changes: "~",
};

/** `sluice policy diff`: by policy and rule, with the direction; moving lines about is no difference. */
export function diff(
  { from, to }: { readonly from: string; readonly to: string | undefined },
  options: DiffOptions,
  io: Io,
): Promise<number> {
  return act(options, io, async (output) => {
    const { failOn } = options;
    if (failOn !== undefined && failOn !== "loosens" && failOn !== "any")
      throw badFlag("--fail-on", "is loosens or any.");
    const bench = new Workbench(options.config);
    const changes = diffPolicies(bench.read(from), bench.read(bench.fileOr(to)));
    if (output.json) {
      const items = changes.map(({ policy, part, direction, what }) => ({ policy, part, direction, what }));
      await output.list(items, null);
    } else {
      for (const { policy, part, direction, what } of changes) {
        const place = part === null ? policy : `${policy}/${part}`;
        await output.data(
          `${SIGNS[direction]} ${direction.padEnd(8)}  ${visibleLine(`${place}: ${what}`)}\n`,
        );
      }
      if (changes.length === 0) await output.word("No difference.");
    }
    return fails(changes, failOn) ? EXIT.no : EXIT.ok;
  });
}

/** What may do either counts as loosening: the check errs towards looking twice. */
function fails(changes: readonly PolicyChange[], failOn: "loosens" | "any" | undefined): boolean {
  if (failOn === undefined) return false;
  return failOn === "any" ? changes.length > 0 : changes.some(({ direction }) => direction !== "tightens");
}
