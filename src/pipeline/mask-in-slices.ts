import { Pace } from "../domain/pace.js";
import type { MaskedText, MaskingPlan } from "../masking/masking-plan.js";
import type { MaskScope } from "../masking/operators/operator.js";
import type { MaskedRegion } from "../masking/stream-masker.js";

const SLICE_CHARS = 2048;

/**
 * Masks a whole text, and gives way to others every few milliseconds while it is long. Who masks many
 * texts hands one pace to all, since many short ones take as long.
 */
export async function maskInSlices(
  plan: MaskingPlan,
  text: string,
  options: { readonly scope: MaskScope; readonly syntax: "text" | "json"; readonly pace?: Pace },
): Promise<Pick<MaskedText, "text" | "regions">> {
  const { scope, syntax, pace = new Pace() } = options;
  if (pace.isDue) await pace.giveWay();
  if (text.length <= SLICE_CHARS) return plan.maskWhole(text, scope, syntax);
  const masker = plan.open(syntax, scope);
  const regions: MaskedRegion[] = [];
  const pieces: string[] = [];
  for (let at = 0; at < text.length && masker.cut === null; at += SLICE_CHARS) {
    pieces.push(masker.feed(text.slice(at, at + SLICE_CHARS)));
    regions.push(...masker.regions);
    if (pace.isDue) await pace.giveWay();
  }
  if (masker.cut === null) {
    pieces.push(masker.end());
    regions.push(...masker.regions);
  }
  return { text: pieces.join(""), regions };
}
