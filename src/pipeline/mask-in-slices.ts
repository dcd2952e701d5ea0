import { setImmediate as nextTurn } from "node:timers/promises";
import type { MaskedText, MaskingPlan } from "../masking/masking-plan.js";
import type { MaskScope } from "../masking/operators/operator.js";
import type { MaskedRegion } from "../masking/stream-masker.js";

const SLICE_CHARS = 4096;
const SLICE_MS = 4;

/** Masks a whole text, and gives way to others every few milliseconds while it is long. */
export async function maskInSlices(
  plan: MaskingPlan,
  text: string,
  { scope, syntax }: { readonly scope: MaskScope; readonly syntax: "text" | "json" },
): Promise<Pick<MaskedText, "text" | "regions">> {
  if (text.length <= SLICE_CHARS) return plan.maskWhole(text, scope, syntax);
  const masker = plan.open(syntax, scope);
  const regions: MaskedRegion[] = [];
  const pieces: string[] = [];
  let startedMs = performance.now();
  for (let at = 0; at < text.length && masker.cut === null; at += SLICE_CHARS) {
    pieces.push(masker.feed(text.slice(at, at + SLICE_CHARS)));
    regions.push(...masker.regions);
    if (performance.now() - startedMs < SLICE_MS) continue;
    await nextTurn();
    startedMs = performance.now();
  }
  if (masker.cut === null) {
    pieces.push(masker.end());
    regions.push(...masker.regions);
  }
  return { text: pieces.join(""), regions };
}
