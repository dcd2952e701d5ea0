import { concatMap, type OperatorFunction, pipe } from "rxjs";
import { type AdmitDeps, admit } from "./stages/admit.js";
import { type JudgeDeps, judge } from "./stages/judge.js";
import { limit } from "./stages/limit.js";
import { type MaskDeps, mask } from "./stages/mask.js";
import { openUpstream } from "./stages/open-upstream.js";
import { record } from "./stages/record.js";
import { type RedactDeps, redact } from "./stages/redact.js";
import type { Asked } from "./stages.js";

export type PepDeps = JudgeDeps & AdmitDeps & RedactDeps & MaskDeps;

/**
 * The policy enforcement point: every completion passes these stages in this order, and nothing reaches a
 * model or a log by another way. A stage that fails ends the session with its error.
 */
export function pep(deps: PepDeps): OperatorFunction<Asked, number> {
  return pipe(
    judge(deps), // the PDP decides, people too where it asks; nothing below runs without its Permit
    admit(deps), // rates count only what policy allows, and before anything costs money
    redact(deps), // the model sees the prompt as policy lets it
    concatMap((prepared) =>
      openUpstream(prepared).pipe(
        limit(prepared), // raw text is counted, since a placeholder may be shorter than what it stands for
        mask(deps, prepared), // from here on there is only released text
        record(prepared), // into the log, and so to every reader
      ),
    ),
  );
}
